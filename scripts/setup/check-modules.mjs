/**
 * Exits with 0 if node_modules holds what package-lock.json asks for, by comparing the lock file
 * with the record that npm keeps of its last installation; prints the first difference otherwise.
 * Runs on the system's Node.js, before Node.js 24 is there.
 */
import { existsSync, readFileSync } from 'node:fs';

const problem = findProblem();
if (problem !== null) {
  process.stdout.write(`${problem}\n`);
  process.exitCode = 1;
}

function findProblem() {
  const record = 'node_modules/.package-lock.json';
  if (!existsSync(record)) return 'nothing is installed';
  const wanted = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages;
  const found = JSON.parse(readFileSync(record, 'utf8')).packages;
  for (const [path, { version, optional, link }] of Object.entries(wanted)) {
    if (path === '' || link) continue;
    // Optional packages are left out where they are for another platform.
    if (found[path] === undefined && optional) continue;
    if (found[path]?.version !== version) {
      return `${path} should be ${version}, and is ${found[path]?.version ?? 'missing'}`;
    }
  }
  // The binary is fetched by an install script, which npm may have been told to leave out.
  return existsSync('node_modules/node/bin/node') ? null : 'node_modules/node has no binary';
}
