import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type MetricSample,
  parsePrometheusText,
} from '../../../controller/src/observe/prometheus-text.ts';

function only(text: string): MetricSample {
  const page = parsePrometheusText(text);
  expect(page.linesBad).toBe(0);
  expect(page.samples).toHaveLength(1);
  return page.samples[0] as MetricSample; // length was checked
}

describe('parsePrometheusText on well-formed pages', () => {
  it('reads escapes, a trailing comma, an exponent and a timestamp', () => {
    expect(only(String.raw`m{a="q\"b\\c\nd",} 1.5e3 1395066363000`)).toEqual({
      name: 'm',
      labels: [['a', 'q"b\\c\nd']],
      value: 1500,
      timestamp: 1395066363000,
    });
  });

  it.each([
    ['+Inf', Infinity],
    ['-Inf', -Infinity],
    ['Inf', Infinity],
    ['NaN', Number.NaN],
    ['-0.5', -0.5],
    ['+3', 3],
    ['1e-9', 1e-9],
    ['.5', 0.5],
    ['5.', 5],
  ])('reads the value %s', (written, value) => {
    expect(only(`m ${written}`).value).toBe(value);
  });

  it('reads CRLF line ends, blank lines, tabs, comments and a missing last newline', () => {
    const page = parsePrometheusText(
      '# HELP a says\r\n# TYPE a counter\r\n\r\n\ta\t1\r\nb {x = "1" , y="2"}  2  \r\n# EOF',
    );
    expect(page.samples.map(({ name, value }) => [name, value])).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
    expect(page.samples[1]?.labels).toEqual([
      ['x', '1'],
      ['y', '2'],
    ]);
    expect(page.types.get('a')).toBe('counter');
    expect(page.linesBad).toBe(0);
  });

  it('keeps braces, commas and hashes inside label values', () => {
    expect(only('m{path="/a{b},c=\\"#1\\""} 7').labels).toEqual([['path', '/a{b},c="#1"']]);
  });

  it('leaves out an OpenMetrics exemplar and reads its timestamp in seconds', () => {
    const sample = only('h_bucket{le="0.5"} 17 1520879607.789 # {trace_id="a"} 0.43 1520879607.7');
    expect([sample.value, sample.timestamp]).toEqual([17, 1520879607.789]);
    expect(only('h_bucket{le="0.5"} 17 # {} 0.43').value).toBe(17);
  });

  it('reads a quoted UTF-8 name inside the braces', () => {
    expect(only('{"my.metric",a="b"} 1')).toEqual({
      name: 'my.metric',
      labels: [['a', 'b']],
      value: 1,
      timestamp: null,
    });
  });

  it('returns an empty page for an empty text', () => {
    expect(parsePrometheusText('').samples).toEqual([]);
    expect(parsePrometheusText('# EOF\n').linesBad).toBe(0);
  });
});

describe('parsePrometheusText on bad lines', () => {
  it.each([
    'm',
    'm one',
    'm 1 2 3',
    'm 1 then',
    'm 0x10',
    'm 1_000',
    'm{a="b" 1',
    'm{a="b} 1',
    'm{a=b} 1',
    'm{a} 1',
    'm{"b"} 1',
    'm{a="\\x"} 1',
    'm{a="b";c="d"} 1',
    '1m 1',
    '{} 1',
    '{a="b"} 1',
    '{"x","y"} 1',
    'm 1 NaN',
    '<html>',
  ])('counts and skips %s', (line) => {
    const page = parsePrometheusText(`before 1\n${line}\nafter 2\n`);
    expect(page.samples.map(({ name }) => name)).toEqual(['before', 'after']);
    expect(page.linesBad).toBe(1);
    expect(page.firstBad).toEqual({ line: 2, text: line });
  });
});

describe('parsePrometheusText under bounds', () => {
  it('stops at the sample limit and says so', () => {
    const page = parsePrometheusText('a 1\nb 2\nc 3\n', { samplesMax: 2 });
    expect(page.samples).toHaveLength(2);
    expect(page.truncated).toBe(true);
    expect(parsePrometheusText('a 1\nb 2\n', { samplesMax: 2 }).truncated).toBe(false);
  });

  it('treats a line that is too long as bad', () => {
    const page = parsePrometheusText(`m{a="${'x'.repeat(100)}"} 1\nb 2\n`, { lineCharsMax: 50 });
    expect(page.samples.map(({ name }) => name)).toEqual(['b']);
    expect(page.linesBad).toBe(1);
  });

  it('returns only the wanted names and does not judge the others', () => {
    const page = parsePrometheusText('a 1\nb nonsense\n{"c"} 3\nd{x="1"} 4\n', {
      wanted: new Set(['a', 'd']),
    });
    expect(page.samples.map(({ name }) => name)).toEqual(['a', 'd']);
    expect(page.linesBad).toBe(0);
  });

  it('refuses a sample with more than 64 labels', () => {
    const labels = Array.from({ length: 65 }, (_, index) => `l${index}="v"`).join(',');
    expect(parsePrometheusText(`m{${labels}} 1`).linesBad).toBe(1);
  });
});

const name = fc.stringMatching(/^[a-zA-Z_:][a-zA-Z0-9_:]{0,20}$/);
const labelName = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,10}$/);
const labelValue = fc.string({ unit: 'binary', maxLength: 20 });
const sample = fc.record({
  name,
  labels: fc.array(fc.tuple(labelName, labelValue), { maxLength: 5 }),
  value: fc.double(),
  timestamp: fc.option(fc.integer({ min: 0, max: 2 ** 48 })),
});

/** The inverse of the parser, written from the format's description. */
function print(one: MetricSample): string {
  const escaped = (text: string): string =>
    text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  const labels = one.labels.map(([key, value]) => `${key}="${escaped(value)}"`).join(',');
  const value = String(one.value).replace('Infinity', 'Inf');
  return `${one.name}{${labels}} ${value}${one.timestamp === null ? '' : ` ${one.timestamp}`}`;
}

describe('parsePrometheusText as a property', () => {
  it('reads back whatever was printed', () => {
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 10 }), (samples) => {
        const page = parsePrometheusText(samples.map(print).join('\n'));
        expect(page.linesBad).toBe(0);
        // -0 is printed as 0
        expect(page.samples).toEqual(samples.map((one) => ({ ...one, value: one.value + 0 })));
      }),
    );
  });

  it('never throws, and every line is a sample, a comment, a blank or bad', () => {
    const text = fc.string({ unit: fc.constantFrom(...'mn{}=",\\# \t\r\n1.eE+-ainfNI_:') });
    fc.assert(
      fc.property(text, (page) => {
        const parsed = parsePrometheusText(page);
        const lines = page.split('\n').map((line) => line.trim());
        const told = lines.filter((line) => line !== '' && !line.startsWith('#'));
        expect(parsed.samples.length + parsed.linesBad).toBe(told.length);
      }),
      { numRuns: 2000 },
    );
  });
});
