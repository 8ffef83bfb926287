import { render } from 'preact';
import { App } from './app.js';
import { applyTheme, chosenTheme } from './theme.js';

applyTheme(chosenTheme());
const place = document.getElementById('app');
// Beside the script, whatever path a proxy has put before it.
if (place !== null) render(<App base={new URL('api/', import.meta.url)} />, place);
