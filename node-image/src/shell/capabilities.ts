/** The optional parts of the contract that this node has. */
export const CAPABILITIES = [
  'byzantine',
  'clock',
  'evidence',
  'leave',
  'load',
  'overlay',
  'probe',
  'resume',
  'shaping',
  'signatures',
  'status',
] as const;
