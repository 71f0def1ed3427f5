/** A queue of one: what is given to it is done one at a time, in order; after a failure nothing. */
export function createLane(): (work: () => Promise<void>) => Promise<void> {
  let last = Promise.resolve();
  return (work) => {
    last = last.then(work);
    return last;
  };
}
