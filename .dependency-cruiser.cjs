// The layout of lib/ as rules: imports point down, siblings in a row do not import each other (docs/architecture.md).
const rows = [
  ['cli'],
  ['notebook'],
  ['labextension'],
  ['assembly'],
  ['encoder-training'],
  ['demo', 'headless'],
  ['training', 'inference', 'onnx-export'],
  ['data', 'checkpoint', 'assets', 'onnx'],
  ['encoder', 'model', 'vocoder', 'pictures'],
  ['kernel'],
  ['audio', 'storage', 'forms'],
  ['config', 'random', 'tensor'],
];

const forbidden = rows.flatMap((row, i) =>
  row.map((folder) => {
    const above = rows.slice(0, i).flat();
    const siblings = row.filter((other) => other !== folder);
    const banned = [
      ...above,
      ...siblings,
      ...(['cli', 'notebook', 'assembly'].includes(folder) ? [] : ['engine']),
    ];
    return {
      name: `${folder}-imports-down`,
      severity: 'error',
      from: { path: `^lib/${folder}/` },
      to: { path: `^lib/(${banned.join('|')})/` },
    };
  }),
);

forbidden.push(
  {
    name: 'engine-imports-the-bottom-only',
    severity: 'error',
    from: { path: '^lib/engine/' },
    to: { path: '^lib/', pathNot: '^lib/(engine|config|tensor)/' },
  },
  {
    name: 'only-engine-loads-the-binding',
    severity: 'error',
    from: { path: '^lib/', pathNot: '^lib/engine/' },
    to: { path: 'tfjs-node' },
  },
  { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
  { name: 'not-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
);

module.exports = {
  forbidden,
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
  },
};
