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

/** Of e2e, what is run once more on another Docker Engine (scripts/engine26). */
const onOtherEngine = ['compose/compose', 'runtime/docker-runtime'];

const config = {
  projects: [
    ...stages.map((name) => ({
      ...common,
      displayName: name,
      testMatch: [`<rootDir>/tests/${name}/**/*.test.ts`],
    })),
    {
      ...common,
      displayName: 'engine26',
      testMatch: onOtherEngine.map((name) => `<rootDir>/tests/e2e/${name}.test.ts`),
    },
  ],
};

export default config;
