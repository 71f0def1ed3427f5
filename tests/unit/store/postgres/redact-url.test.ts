import { describe, expect, it } from '@jest/globals';
import { redactUrl } from '../../../../controller/src/store/postgres/redact-url.ts';

describe('redactUrl', () => {
  it.each([
    ['postgres://me:secret@host:5432/db', 'postgres://me:***@host:5432/db'],
    ['postgres://me@host/db', 'postgres://me@host/db'],
    ['postgresql:///db?host=/tmp&password=secret', 'postgresql:///db?host=/tmp&password=***'],
    ['postgres://me:sec ret@bad host/db', 'postgres://me:***@bad host/db'],
    ['postgres://host:5432/db', 'postgres://host:5432/db'],
    ['postgres://me:pa/ss@host:5432/db', 'postgres://me:***@host:5432/db'],
    ['postgres://me:p@ss/word@host/db', 'postgres://me:***@host/db'],
    ['postgres://me:p:a@s@host/db', 'postgres://me:***@host/db'],
    ['postgres://:secret@host/db', 'postgres://:***@host/db'],
    ['postgres://me:pa?ss@host/db', 'postgres://***'],
    ['postgres://me:pa#ss@host/db', 'postgres://***'],
    ['postgres://me:secret', 'postgres://***'],
    ['postgres://me/secret@host', 'postgres://***'],
    ['postgres://me@host/db?password=a@b', 'postgres://***'],
    ['postgres://me:x@host/db?a=1&PASSWORD=a&b=2', 'postgres://me:***@host/db?a=1&PASSWORD=***'],
    ['postgres://host/db?pass%77ord=secret', 'postgres://host/db?pass%77ord=***'],
    ['host=here user=me password=secret', '***'],
  ])('%s', (url, shown) => {
    expect(redactUrl(url)).toBe(shown);
  });
});
