import { saveMemory } from './shell/idle-memory.ts';

// Before anything else is loaded: loading is what would make it grow.
saveMemory();
const { runNode } = await import('./shell/run-node.ts');
await runNode();
