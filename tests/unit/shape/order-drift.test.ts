import { expect, it } from '@jest/globals';
import { orderDrift } from '../../../controller/src/shape/order-drift.ts';

it('puts a lost shaping before rules, rules before values, and the greater change first', () => {
  const worstFirst = [
    'Node 9 carries the root qdisc noqueue instead of htb 7e57:.',
    'Node 7 has a filter that the plan does not have: matchall to 7e57:12, priority 1.',
    'Node 8 towards us: the delay is 250 +- 0 ms instead of 25 +- 0 ms.',
    'Node 2 towards us: the delay is 30 +- 0 ms instead of 25 +- 0 ms.',
    'Node 0 towards us: the limit is 900 packets instead of 1000 packets.',
  ];
  expect(orderDrift(worstFirst.toReversed())).toEqual(worstFirst);
});
