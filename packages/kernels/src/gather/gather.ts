export const countNonzero = (...a: any[]): any => { throw new Error('pending'); };
export const gather = (...a: any[]): any => { throw new Error('pending'); };
export const indexAdd = (...a: any[]): any => { throw new Error('pending'); };
export const indexSelect = (...a: any[]): any => { throw new Error('pending'); };
export const nonzero = (...a: any[]): any => { throw new Error('pending'); };
export const scatterAdd = (...a: any[]): any => { throw new Error('pending'); };
