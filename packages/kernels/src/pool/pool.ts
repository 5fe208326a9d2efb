export const adaptiveAveragePool2d = (...a: any[]): any => { throw new Error('pending'); };
export const adaptiveAveragePool2dBackward = (...a: any[]): any => { throw new Error('pending'); };
export const averagePool2d = (...a: any[]): any => { throw new Error('pending'); };
export const averagePool2dBackward = (...a: any[]): any => { throw new Error('pending'); };
export const maxPool2d = (...a: any[]): any => { throw new Error('pending'); };
export const maxPool2dBackward = (...a: any[]): any => { throw new Error('pending'); };
