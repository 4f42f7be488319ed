// The layout of lib/ as rules: imports point down, siblings in a row do not import each other (docs/architecture.md).
const rows = [
  ['cli', 'notebook'],
  ['demo'],
  ['training', 'inference'],
  ['data', 'checkpoint'],
  ['encoder', 'model', 'vocoder'],
  ['audio', 'storage'],
  ['config', 'random'],
];

const forbidden = rows.flatMap((row, i) =>
  row.map((folder) => {
    const above = rows.slice(0, i).flat();
    const siblings = row.filter((other) => other !== folder);
    const banned = [...above, ...siblings, ...(['cli', 'notebook'].includes(folder) ? [] : ['engine'])];
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
    name: 'engine-imports-config-only',
    severity: 'error',
    from: { path: '^lib/engine/' },
    to: { path: '^lib/', pathNot: '^lib/(engine|config)/' },
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
