/** The address as a hook. Links are real ones, so they open in another tab as well. */
import { useEffect, useState } from 'preact/hooks';
import { type Address, readAddress, writeAddress } from '../logic/address.ts';

const changed = 'testbed-address';

export function useAddress(): Address {
  const [address, setAddress] = useState(() => readAddress(location.search));
  useEffect(() => {
    const take = (): void => setAddress(readAddress(location.search));
    addEventListener('popstate', take);
    addEventListener(changed, take);
    return () => {
      removeEventListener('popstate', take);
      removeEventListener(changed, take);
    };
  }, []);
  return address;
}

/** `replace` while one types: going back then leaves the view, not a letter. */
export function goTo(address: Address, how: 'push' | 'replace' = 'push'): void {
  const url = writeAddress(address);
  if (how === 'push') history.pushState(null, '', url);
  else history.replaceState(null, '', url);
  dispatchEvent(new Event(changed));
}
