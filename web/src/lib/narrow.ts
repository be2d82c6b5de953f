// Whether there is as little room as on a phone: what is laid out anew by style sheets alone does not ask.
import { useMediaQuery } from '@mantine/hooks';

export const useNarrow = (): boolean => useMediaQuery('(max-width: 820px)', undefined, { getInitialValueInEffect: false }) ?? false;
