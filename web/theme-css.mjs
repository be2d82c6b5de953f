// Writes the variables of Mantine's theme to a file: put into the page by a script, as Mantine does it, they would be an inline style.
import { writeFileSync } from 'node:fs';
import { convertCssVariables, defaultCssVariablesResolver, createTheme, mergeMantineTheme, DEFAULT_THEME } from '@mantine/core';
import { overrides } from './theme.mjs';

const theme = mergeMantineTheme(DEFAULT_THEME, createTheme(overrides));
const css = convertCssVariables(defaultCssVariablesResolver(theme), ':root');
writeFileSync(new URL('./src/ui/theme.gen.css', import.meta.url), css);
