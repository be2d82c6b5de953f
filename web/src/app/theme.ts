import { createTheme, type MantineThemeOverride } from '@mantine/core';
import { overrides } from '../../theme.mjs';

// A page has one banner; the heads of a drawer and of a dialog above it are none.
const plain = { defaultProps: { attributes: { header: { role: 'presentation' } } } };

export const theme: MantineThemeOverride = createTheme({ ...(overrides as unknown as MantineThemeOverride), components: { Modal: plain, Drawer: plain } });
