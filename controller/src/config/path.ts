/** From the top of a document to a value in it: keys of blocks, places in lists. */
export type Path = readonly (string | number)[];
