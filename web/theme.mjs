// What Mantine's theme has of ours; plain JavaScript, because the build reads it as well as the page.
const indigo = ['#eef0ff', '#e0e2ff', '#c3c4ff', '#a9a8fb', '#8683f7', '#6a64f0', '#5b54ee', '#4f46e5', '#4338ca', '#352caa'];
const slate = ['#eceef2', '#c9cdd6', '#a2a8b4', '#8d94a2', '#6b7280', '#3a3e4a', '#282b34', '#15171c', '#101216', '#0e0f13'];

export const overrides = {
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace',
  primaryColor: 'indigo',
  primaryShade: { light: 7, dark: 6 },
  colors: { indigo, dark: slate },
  defaultRadius: 'md',
  radius: { sm: '7px', md: '10px', lg: '13px' },
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '15.5px', xl: '18px' },
  cursorType: 'pointer',
};
