/** Every project runs TypeScript unbuilt through swc; imports carry their real `.ts` extension. */
const common = {
  rootDir: '.',
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' } },
    ],
  },
};

/** Stages in the order in which `scripts/test` runs them: cheapest first. */
const stages = ['tidy', 'unit', 'sim', 'integration', 'browser', 'e2e', 'netem'];

const config = {
  projects: stages.map((name) => ({
    ...common,
    displayName: name,
    testMatch: [`<rootDir>/tests/${name}/**/*.test.ts`],
  })),
};

export default config;
