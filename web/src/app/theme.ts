import { createTheme, type MantineThemeOverride } from '@mantine/core';
import { overrides } from '../../theme.mjs';

export const theme: MantineThemeOverride = createTheme(overrides as unknown as MantineThemeOverride);
