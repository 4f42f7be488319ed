/** Colours and sizes of forms; all colours are the theme's, so that light, dark and high contrast hold. */
const style = `
.dsvc-form { margin: 4px 0 6px calc(var(--jp-cell-prompt-width, 64px) + 14px); border: 1px solid var(--jp-border-color2);
  border-radius: 4px; background: var(--jp-layout-color1); color: var(--jp-ui-font-color1);
  font: 13px/1.5 var(--jp-ui-font-family); }
.dsvc-header { display: flex; align-items: center; gap: 8px; padding: 6px 10px; }
.dsvc-title { font-size: 14px; font-weight: 600; flex: 1; overflow-wrap: anywhere; }
.dsvc-count { color: var(--jp-ui-font-color2); font-family: var(--jp-code-font-family); font-size: 12px; }
.dsvc-form .dsvc-run { width: 26px; height: 26px; padding: 0; border: 1px solid var(--jp-border-color1); border-radius: 50%; cursor: pointer;
  background: var(--jp-layout-color2); color: var(--jp-ui-font-color1); font-size: 11px; line-height: 1; }
.dsvc-form .dsvc-run.dsvc-running { border-color: var(--jp-brand-color1); color: var(--jp-brand-color1); }
.dsvc-button { padding: 2px 10px; border: 1px solid var(--jp-border-color1); border-radius: 3px; cursor: pointer;
  background: var(--jp-layout-color1); color: var(--jp-ui-font-color1); font: inherit; font-size: 12px; white-space: nowrap; }
.dsvc-run:hover, .dsvc-button:hover { background: var(--jp-layout-color2); border-color: var(--jp-ui-font-color2); }
.dsvc-form :focus-visible, .dsvc-picker :focus-visible { outline: 2px solid var(--jp-brand-color1); outline-offset: 1px; }
.dsvc-body { display: grid; grid-template-columns: minmax(110px, max-content) minmax(0, 1fr); gap: 8px 14px; align-items: start;
  max-width: 720px; padding: 4px 12px 12px 12px; }
.dsvc-body:empty { display: none; }
.dsvc-body > label { padding-top: 5px; font-family: var(--jp-code-font-family); font-size: 12px; overflow-wrap: anywhere; }
.dsvc-value { display: flex; flex-wrap: wrap; gap: 4px 6px; align-items: center; min-width: 0; min-height: 28px; }
.dsvc-value > :first-child:not(.dsvc-check):not(.dsvc-number) { flex: 1 1 200px; min-width: 0; }
.dsvc-control { box-sizing: border-box; width: 100%; height: 28px; padding: 2px 8px; border: 1px solid var(--jp-border-color1);
  border-radius: 3px; background: var(--jp-input-background, var(--jp-layout-color1)); color: var(--jp-ui-font-color0); font: inherit;
  color-scheme: inherit; }
.dsvc-raw { font-family: var(--jp-code-font-family); }
.dsvc-number { width: 140px; }
.dsvc-check { width: 16px; height: 16px; margin: 0; accent-color: var(--jp-brand-color1); }
.dsvc-slider { display: flex; gap: 10px; align-items: center; }
.dsvc-range { flex: 1; min-width: 0; accent-color: var(--jp-brand-color1); }
.dsvc-readout { min-width: 44px; font-family: var(--jp-code-font-family); font-size: 12px; text-align: right; }
.dsvc-markdown { grid-column: 1 / -1; color: var(--jp-ui-font-color1); font-size: 13px; }
.dsvc-markdown.jp-RenderedHTMLCommon p, .dsvc-markdown.jp-RenderedHTMLCommon ul { margin: 0 0 2px 0; }
.dsvc-markdown.jp-RenderedHTMLCommon :is(h1, h2, h3, h4, h5, h6) { margin: 6px 0 0 0; font-size: 14px; }
.dsvc-markdown.jp-RenderedHTMLCommon hr { height: 0; margin: 4px 0; border: 0; border-top: 1px solid var(--jp-border-color2); }
.dsvc-message { flex-basis: 100%; color: var(--jp-error-color0); font-size: 12px; }
.dsvc-message:empty { display: none; }
.dsvc-control[aria-invalid="true"] { border-color: var(--jp-error-color1); }
.dsvc-problems { padding: 0 12px; color: var(--jp-error-color0); font-size: 12px; }
.dsvc-problems p { margin: 0 0 6px 0; }
[data-jp-theme-light="false"] :is(.dsvc-message, .dsvc-problems) { color: #ff8a80; }
[data-jp-theme-light="false"] :is(.dsvc-form, .dsvc-picker) { color-scheme: dark; }
.dsvc-hide-code > .jp-Cell-inputWrapper { display: none; }
.dsvc-picker { width: min(640px, 92vw); padding: 0; border: 1px solid var(--jp-border-color1); border-radius: 6px;
  background: var(--jp-layout-color1); color: var(--jp-ui-font-color1); font: 13px/1.5 var(--jp-ui-font-family);
  box-shadow: var(--jp-elevation-z16, 0 8px 24px rgb(0 0 0 / 40%)); }
.dsvc-picker::backdrop { background: rgb(0 0 0 / 40%); }
.dsvc-picker h2 { margin: 0; padding: 12px 14px 6px; font-size: 15px; font-weight: 600; }
.dsvc-roots { display: flex; flex-wrap: wrap; gap: 6px; padding: 0 14px 8px; }
.dsvc-place { display: flex; gap: 6px; padding: 0 14px 8px; }
.dsvc-place > input { flex: 1; }
.dsvc-entries { height: 280px; overflow: auto; border: solid var(--jp-border-color2); border-width: 1px 0; }
.dsvc-entry { display: flex; gap: 10px; width: 100%; padding: 4px 14px; border: 0; background: none; color: inherit; font: inherit;
  text-align: left; cursor: pointer; }
.dsvc-entry > span:nth-child(2) { flex: 1; overflow-wrap: anywhere; }
.dsvc-entry > span:nth-child(3) { color: var(--jp-ui-font-color2); font-size: 12px; }
.dsvc-entry:hover, .dsvc-entry:focus { background: var(--jp-layout-color2); }
.dsvc-icon { flex: none; width: 16px; height: 16px; margin-top: 2px; fill: var(--jp-ui-font-color2); }
.dsvc-entry.dsvc-dim { color: var(--jp-ui-font-color3); }
.dsvc-empty { padding: 14px; color: var(--jp-ui-font-color2); }
.dsvc-foot { display: flex; justify-content: flex-end; gap: 8px; padding: 10px 14px; }
.dsvc-foot .dsvc-main { border-color: var(--jp-brand-color1); background: var(--jp-brand-color1); color: var(--jp-ui-inverse-font-color1, #fff); }
`;

/** Puts the style into the page, once. */
export function addStyle(): void {
  if (document.getElementById('dsvc-style') !== null) return;
  const node = document.createElement('style');
  node.id = 'dsvc-style';
  node.textContent = style;
  document.head.append(node);
}
