/**
 * Scenario files with one or two things wrong. Each row: what is wrong, the text after the header
 * (or the whole text), and for each expected problem `code@line:column` with a part of what must
 * be said. The header is two lines, so bodies start at line 3.
 */
export interface Malformed {
  readonly title: string;
  readonly text: string;
  /** `code line:column` and words of message, expectation or suggestion, in order of position. */
  readonly problems: readonly (readonly [position: string, says: string])[];
}

const header = 'name: example\nnodes: [4, 7]\n';

/** A row whose body follows the healthy two-line header. */
function body(title: string, text: string, ...problems: Malformed['problems']): Malformed {
  return { title, text: header + text, problems };
}

/** A row that is the whole file. */
function whole(title: string, text: string, ...problems: Malformed['problems']): Malformed {
  return { title, text, problems };
}

export const malformedScenarios: readonly Malformed[] = [
  // Not a scenario at all.
  whole('an empty file', '', ['empty 1:1', 'no scenario']),
  whole('only spaces', '   \n\n', ['empty 1:1', 'no scenario']),
  whole('only a comment', '# later\n', ['empty 1:1', 'no scenario']),
  whole('only a document mark', '---\n', ['empty 1:1', 'no scenario']),
  whole('the word null', 'null\n', ['empty 1:1', 'no scenario']),
  whole('a list', '- 4\n- 7\n', ['wrong-type 1:1', 'a list']),
  whole('one word', 'quickstart\n', ['wrong-type 1:1', 'found "quickstart"']),
  whole('a number', '42\n', ['wrong-type 1:1', 'found 42']),
  whole('HTML', '<html>\n<body>\n', ['wrong-type 1:1', 'name and nodes']),

  // YAML syntax.
  body('a tab as indentation', 'load:\n\trate: 5\n', ['yaml-syntax 4:1', 'tab']),
  body('a list that is not closed', 'load: [1, 2\n', ['yaml-syntax 3:7', 'never closed']),
  body('a block that is not closed', 'load: {rate: 5\n', ['yaml-syntax 3:7', 'never closed']),
  whole('a list that is not closed before a key', 'name: a\nnodes: [4, 7\nseed: 1\n', [
    'yaml-syntax 2:8',
    'never closed',
  ]),
  body('a block that is not closed, after one that is', 'load: {a: {b: [5], c: "d"}', [
    'yaml-syntax 3:7',
    'never closed',
  ]),
  body('a list that is not closed in a block that is', 'load: {rate: [5, 6}\nseed: 1\n', [
    'yaml-syntax 3:14',
    'never closed',
  ]),
  body('a list in a list, neither closed', 'timeline: [[1], [2\nseed: 1\n', [
    'yaml-syntax 3:17',
    'never closed',
  ]),
  body('a list that ends with a quote and is not closed', 'timeline: [1, "a"\nseed: 1\n', [
    'yaml-syntax 3:11',
    'never closed',
  ]),
  body(
    'two lists that are not closed',
    'timeline: [1\nload: {rate: 5\n',
    ['yaml-syntax 3:11', 'never closed'],
    ['yaml-syntax 4:7', 'never closed'],
  ),
  body('a quote that is not closed in a block', 'load: {size: "5\nseed: 1\n', [
    'yaml-syntax 3:14',
    'never closed',
  ]),
  body('no space after the last colon', 'seed:5\n', ['yaml-syntax 3:5', 'a space is missing']),
  body('no space after a colon', 'seed:5\nruntime: auto\n', [
    'yaml-syntax 3:5',
    'a space is missing after the colon',
  ]),
  body('no space after a colon in a block', 'load:\n  size: 20B\n  rate:5\n', [
    'yaml-syntax 5:7',
    'a space is missing',
  ]),
  body('no space after the only colon of a block', 'load:\n  rate:5\n', [
    'wrong-type 4:3',
    'a space is missing',
  ]),
  body('no space after a colon in brackets', 'load: {rate:5}\n', [
    'wrong-form 3:8',
    'a space is missing after the colon of "rate"',
  ]),
  whole('nothing but a colon without space', 'seed:5', ['wrong-type 1:1', 'a space is missing']),
  body('a double quote that is not closed', 'description: "abc\n', ['yaml-syntax 3:14', 'closed']),
  body('a single quote that is not closed', "description: 'abc\n", ['yaml-syntax 3:14', 'closed']),
  body('two colons on a line', 'description: a: b\n', ['yaml-syntax 3:14', 'another key']),
  body('a value that starts with @', 'image: @x\n', ['yaml-syntax 3:8', 'quotes']),
  body('a value that starts with `', 'image: `x`\n', ['yaml-syntax 3:8', 'quotes']),
  body('a value that starts with %', 'image: %x\n', ['yaml-syntax 3:8', 'quotes']),
  body('an unknown escape', 'description: "C:\\qdir"\n', ['yaml-syntax 3:17', 'backslash']),
  body('an alias without anchor', 'seed: *start\n', ['yaml-syntax 3:7', 'anchor']),
  body('a tag', 'seed: !!js/function 5\n', ['yaml-syntax 3:7', 'tag']),
  body('a custom tag', 'seed: !secret 5\n', ['yaml-syntax 3:7', 'tag']),
  body('uneven indentation', 'load:\n   rate: 5\n  size: 16B\n', [
    'yaml-syntax 5:1',
    'same column',
  ]),
  body('a list as key', '? [a, b]\n: 3\n', ['yaml-syntax 3:3', 'keys are plain words']),
  body('text after a closed list', 'load: [1] 2\n', ['yaml-syntax 3:11', 'not YAML']),
  body('a second document', '---\nname: other\n', ['several-documents 3:1', 'second document']),
  body('a document end and more', '...\nname: b\n', ['several-documents 4:1', 'second document']),
  whole('an unknown YAML version', '%YAML 3.0\n---\nname: a\n', ['yaml-syntax 1:7', 'version']),
  whole('a merge conflict', `<<<<<<< HEAD\n${header}`, ['yaml-syntax 1:1', 'not YAML']),

  // Hostile.
  whole('ten thousand brackets', '['.repeat(10_000), ['too-deep 1:', 'deep']),
  whole('ten thousand dashes', '- '.repeat(10_000), ['too-deep 1:', 'deep']),
  whole(
    'an alias bomb',
    `a: &a [x]\n${'bcdefghij'.replace(/./g, (c) => {
      const before = String.fromCharCode(c.charCodeAt(0) - 1);
      return `${c}: &${c} [${Array(9).fill(`*${before}`).join(', ')}]\n`;
    })}`,
    ['too-many-aliases 4:', 'more than 20 aliases'],
  ),
  body('an alias of itself', 'load: &x {size: *x}\n', ['wrong-type 3:17', 'size']),
  body('the key __proto__', '__proto__: {rate: 1}\n', ['unknown-key 3:1', '__proto__']),
  body('the key constructor', 'constructor: 1\n', ['unknown-key 3:1', 'constructor']),
  body('the key toString in load', 'load: {toString: 1}\n', ['unknown-key 3:8', 'toString']),
  body('terminal escapes', 'runtime: "\\e[31mred"\n', ['not-one-of 3:10', '·[31mred']),
  body('a very long word', `runtime: ${'x'.repeat(5000)}\n`, ['not-one-of 3:10', '...']),

  // Keys.
  body('a misspelt key', 'repetitons: 3\n', ['unknown-key 3:1', 'repetitions']),
  body('two letters swapped', 'ruintme: docker\n', ['unknown-key 3:1', 'runtime']),
  body('a key in capitals', 'Seed: 3\n', ['unknown-key 3:1', 'seed']),
  body('a misspelt inner key', 'load: {rte: 3}\n', ['unknown-key 3:8', 'rate']),
  body('a misspelt key two levels down', 'engine:\n  batch:\n    cout: 3\n', [
    'unknown-key 5:5',
    'count',
  ]),
  body('an abbreviated key', 'resources: {mem: 256MiB}\n', ['unknown-key 3:13', 'memory']),
  body('a key at the wrong level', 'rate: 500\n', ['unknown-key 3:1', 'belongs under "load"']),
  body('a nested key too deep', 'load: {seed: 5}\n', ['unknown-key 3:8', 'the top level']),
  body('a phase at the top level', 'warmup: 5s\n', ['unknown-key 3:1', 'belongs under "phases"']),
  body('a key of nothing known', 'frobnicate: 1\n', ['unknown-key 3:1', 'one of name']),
  body('a number as key', '1: 3\n', ['unknown-key 3:1', 'no key "1"']),
  body('a merge key without a block', '<<: 5\n', ['wrong-type 3:5', 'here is no block']),
  body('an unknown key in quotes', '"loads": {}\n', ['unknown-key 3:1', 'load']),
  body('a repeated key', 'seed: 1\nseed: 2\n', ['duplicate-key 4:1', 'seed']),
  body('a repeated inner key', 'load:\n  rate: 1\n  rate: 2\n', ['duplicate-key 5:3', 'rate']),
  body('a repeated header key', 'name: again\n', ['duplicate-key 3:1', 'name']),
  whole('no nodes', 'name: a\n', ['missing-key 1:1', 'such as [4, 7, 10, 16]']),
  whole('no name', 'nodes: [4]\n', ['missing-key 1:1', 'a name of at most 60']),
  whole('neither', 'seed: 1\n', ['missing-key 1:1', 'name'], ['missing-key 1:1', 'nodes']),

  // name, description, image.
  whole('an empty name', 'name:\nnodes: [4]\n', ['wrong-type 1:1', 'found nothing']),
  whole('an empty text as name', 'name: ""\nnodes: [4]\n', ['wrong-form 1:7', 'a name']),
  whole('a number as name', 'name: 12\nnodes: [4]\n', ['wrong-type 1:7', 'quotes']),
  whole('a truth value as name', 'name: true\nnodes: [4]\n', ['wrong-type 1:7', 'quotes']),
  whole('a list as name', 'name: [a]\nnodes: [4]\n', ['wrong-type 1:7', 'a list']),
  whole('a name with a space', 'name: a b\nnodes: [4]\n', ['wrong-form 1:7', 'a name']),
  whole('a name with a slash', 'name: ../../x\nnodes: [4]\n', ['wrong-form 1:7', 'a name']),
  whole('a name too long', `name: ${'n'.repeat(61)}\nnodes: [4]\n`, ['wrong-form 1:7', '60']),
  body('a list as description', 'description: [x]\n', ['wrong-type 3:14', 'text']),
  body('a description too long', `description: ${'d'.repeat(1001)}\n`, [
    'out-of-range 3:14',
    'long',
  ]),
  body('an image with a space', 'image: my image\n', ['wrong-form 3:8', 'Docker image']),
  body('an image that is an option', 'image: --privileged\n', ['wrong-form 3:8', 'Docker image']),

  // nodes, repetitions, seed, runtime.
  whole('a bare number of nodes', 'name: a\nnodes: 4\n', ['wrong-type 2:8', '[4]']),
  whole('a text of nodes', 'name: a\nnodes: 4,7\n', ['wrong-type 2:8', 'a list']),
  whole('no sizes', 'name: a\nnodes: []\n', ['out-of-range 2:8', 'empty list']),
  whole('nodes without value', 'name: a\nnodes:\n', ['wrong-type 2:1', 'found nothing']),
  whole('a size of zero', 'name: a\nnodes: [4, 0]\n', ['out-of-range 2:12', 'too small']),
  whole('a negative size', 'name: a\nnodes: [-4]\n', ['out-of-range 2:9', 'too small']),
  whole('half a node', 'name: a\nnodes: [4, 4.5]\n', ['wrong-type 2:12', 'found 4.5']),
  whole('a word as size', 'name: a\nnodes: [four]\n', ['wrong-type 2:9', 'found "four"']),
  whole('a hole in the sizes', 'name: a\nnodes: [4, , 7]\n', ['yaml-syntax 2:12', 'not YAML']),
  whole('a size too large', 'name: a\nnodes: [4, 1001]\n', ['out-of-range 2:12', 'too large']),
  whole('a size twice', 'name: a\nnodes: [4, 7, 4]\n', ['conflict 2:15', 'listed twice']),
  whole('sizes inside sizes', 'name: a\nnodes: [[4]]\n', ['wrong-type 2:9', 'a list']),
  whole('sizes as a block', 'name: a\nnodes: {from: 4}\n', ['wrong-type 2:8', 'a block of keys']),
  whole('too many sizes', `name: a\nnodes: [${Array.from({ length: 51 }, (_, i) => i + 1)}]\n`, [
    'out-of-range 2:8',
    'long',
  ]),
  body('no repetition', 'repetitions: 0\n', ['out-of-range 3:14', 'too small']),
  body('too many repetitions', 'repetitions: 1001\n', ['out-of-range 3:14', 'too large']),
  body('half a repetition', 'repetitions: 2.5\n', ['wrong-type 3:14', 'whole number']),
  body('repetitions as text', 'repetitions: "3"\n', ['wrong-type 3:14', 'whole number']),
  body('repetitions without value', 'repetitions:\n', ['wrong-type 3:1', 'found nothing']),
  body('a negative seed', 'seed: -1\n', ['out-of-range 3:7', 'too small']),
  body('a seed too large', 'seed: 4294967296\n', ['out-of-range 3:7', 'too large']),
  body('a word as seed', 'seed: random\n', ['wrong-type 3:7', 'whole number']),
  body('a misspelt runtime', 'runtime: dokcer\n', ['not-one-of 3:10', 'docker']),
  body('an unknown runtime', 'runtime: kubernetes\n', ['not-one-of 3:10', 'auto, docker, process']),

  // load.
  body('load without value', 'load:\n', ['wrong-type 3:1', 'a block with rate']),
  body('load as number', 'load: 500\n', ['wrong-type 3:7', 'a block with rate']),
  body('load as list', 'load: [500]\n', ['wrong-type 3:7', 'found a list']),
  body('a word as rate', 'load: {rate: fast}\n', ['wrong-unit 3:14', 'start with a number']),
  body('a rate of zero', 'load: {rate: 0}\n', ['out-of-range 3:14', 'too small']),
  body('a negative rate', 'load: {rate: -5}\n', ['out-of-range 3:14', 'too small']),
  body('a rate per minute', 'load: {rate: 500/min}\n', ['wrong-unit 3:14', 'it is per second']),
  body('a rate per minute that is whole per second', 'load: {rate: 600/min}\n', [
    'wrong-unit 3:14',
    'write 10/s',
  ]),
  body('a rate with a comma', 'load: {rate: "1,000"}\n', ['wrong-unit 3:14', 'write 1000/s']),
  body('a rate in thousands', 'load: {rate: 5k}\n', ['wrong-unit 3:14', 'write 5000/s']),
  body('an infinite rate', 'load: {rate: .inf}\n', ['out-of-range 3:14', 'too large']),
  body('a rate that is not a number', 'load: {rate: .nan}\n', [
    'out-of-range 3:14',
    'not a number',
  ]),
  body('a truth value as rate', 'load: {rate: true}\n', ['wrong-type 3:14', 'found true']),
  body('a size without unit', 'load: {size: 128}\n', ['wrong-unit 3:14', 'no unit']),
  body('a size in bits', 'load: {size: 128bit}\n', ['wrong-unit 3:14', 'B, KiB, MiB, GiB']),
  body('a size in KB', 'load: {size: 1KB}\n', ['wrong-unit 3:14', 'write 1KiB']),
  body('half a byte', 'load: {size: 16.5B}\n', ['wrong-unit 3:14', 'whole number of bytes']),
  body('a size too small', 'load: {size: 15B}\n', ['out-of-range 3:14', 'too small']),
  body('a size too large', 'load: {size: 2MiB}\n', ['out-of-range 3:14', 'too large']),
  body('an unknown arrival process', 'load: {arrivals: poison}\n', ['not-one-of 3:18', 'poisson']),

  // resources.
  body('a word as cores', 'resources: {cpus: two}\n', ['wrong-unit 3:19', 'number of cores']),
  body('millicores', 'resources: {cpus: 500m}\n', ['wrong-unit 3:19', 'write 0.5']),
  body('no core', 'resources: {cpus: 0}\n', ['out-of-range 3:19', 'too small']),
  body('memory without unit', 'resources: {memory: 256}\n', ['wrong-unit 3:21', 'no unit']),
  body('memory as Docker writes it', 'resources: {memory: 256m}\n', ['wrong-unit 3:21', '256MiB']),
  body('memory in MB', 'resources: {memory: 256MB}\n', ['wrong-unit 3:21', 'write 256MiB']),
  body('memory below what Docker takes', 'resources: {memory: 4MiB}\n', [
    'out-of-range 3:21',
    '6MiB',
  ]),
  body('too few processes', 'resources: {pids: 3}\n', ['out-of-range 3:19', '16']),
  body(
    'limits on processes',
    'runtime: process\nresources: {cpus: 1, memory: 1GiB}\n',
    ['conflict 4:19', 'cannot limit'],
    ['conflict 4:30', 'cannot limit'],
  ),

  // phases.
  body('a duration without unit', 'phases: {warmup: 5}\n', ['wrong-unit 3:18', 'no unit']),
  body('a quoted duration without unit', 'phases: {warmup: "5"}\n', [
    'wrong-unit 3:18',
    'write 5ms if these are milliseconds, 5s if these are seconds',
  ]),
  body('seconds spelt out', 'phases: {warmup: 5 seconds}\n', ['wrong-unit 3:18', 'write 5s']),
  body('minutes as min', 'phases: {measure: 2min}\n', ['wrong-unit 3:19', 'write 2m']),
  body('a negative duration', 'phases: {drain: -1s}\n', ['wrong-unit 3:17', 'negative']),
  body('two units', 'phases: {measure: 1m30s}\n', ['wrong-unit 3:19', 'write 90s']),
  body('a comma as decimal point', 'phases: {measure: "1,5s"}\n', [
    'wrong-unit 3:19',
    'write 1.5s',
  ]),
  body('no measured window', 'phases: {measure: 0s}\n', ['out-of-range 3:19', 'too small']),
  body('a window of days', 'phases: {measure: 48h}\n', ['out-of-range 3:19', 'too large']),
  body('no time to get ready', 'phases: {ready: 0s}\n', ['out-of-range 3:17', '1s']),

  // engine and rules between fields.
  body('another protocol', 'engine: {protocol: pbft}\n', ['not-one-of 3:20', 'jolteon']),
  body('parameters of a node as a list', 'node: [1, 2]\n', ['wrong-type 3:7', 'keys of your own']),
  body('a parameter that JSON cannot hold', 'node: {a: {b: .nan}}\n', ['wrong-type 3:15', 'NaN']),
  body('a command that is not closed', 'command: python3 "my node.py\n', [
    'wrong-type 3:10',
    'not closed',
  ]),
  body('a command without a program', 'command: []\n', ['wrong-type 3:10', 'python3 mynode.py']),
  body('a command for containers', 'runtime: docker\ncommand: ./node\n', [
    'conflict 4:10',
    'entry point',
  ]),
  body('limits for a command', 'command: ./node\nresources: {cpus: 1}\n', [
    'conflict 4:19',
    'cannot limit',
  ]),
  body('a misspelt protocol', 'engine: {protocol: jolton}\n', ['not-one-of 3:20', 'jolteon']),
  body('batch as number', 'engine: {batch: 500}\n', ['wrong-type 3:17', 'count, bytes and age']),
  body('an empty batch', 'engine: {batch: {count: 0}}\n', ['out-of-range 3:25', 'too small']),
  body('too many leaders', 'engine: {forward: 17}\n', ['out-of-range 3:19', '16']),
  body('an interval without a unit', 'engine: {interval: 20}\n', ['wrong-unit 3:20', 'adaptive']),
  body('an interval of ages', 'engine: {interval: 1m}\n', ['out-of-range 3:20', '10s']),
  body('idle beyond the timeout', 'engine: {idle: 400ms}\n', ['conflict 3:16', 'third of']),
  body('a timeout below the idle time', 'engine:\n  timeout: 200ms\n', ['conflict 3:1', '67 ms']),
  body('a block below a transaction', 'load: {size: 1KiB}\nengine: {batch: {bytes: 1000B}}\n', [
    'conflict 4:25',
    'cannot hold one transaction',
  ]),
  body('a mempool below a block', 'engine: {mempool: 100}\n', ['conflict 3:19', 'never fill']),
  body('an age beyond the timeout', 'engine: {batch: {age: 2s}}\n', [
    'conflict 3:23',
    'fuller block',
  ]),

  // Several at once, also across the two kinds of check.
  body(
    'four different problems',
    'repetitons: 3\nload: {size: 12, rate: 0}\nengine: {idle: 900ms}\n',
    ['unknown-key 3:1', 'repetitions'],
    ['wrong-unit 4:14', 'no unit'],
    ['out-of-range 4:24', 'too small'],
    ['conflict 5:16', 'third of'],
  ),
  body(
    'a repeated key and a wrong value',
    'load: {size: 20B}\nload: {size: 3B}\n',
    ['duplicate-key 4:1', 'load'],
    ['out-of-range 4:14', 'too small'],
  ),
  whole('Windows line ends', 'name: a\r\nnodes: [4]\r\nloud: 3\r\n', ['unknown-key 3:1', 'load']),
];
