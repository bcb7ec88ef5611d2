import type ts from 'typescript';
import type { Project } from './project.js';
import { CannotEdit, editSource, nodesOf } from './edit-source.js';
import { importEdits } from './import-edits.js';
import { indentationAt, type TextEdit } from './text-edit.js';

/** Makes the end-to-end tests of the root module run without Logto and without `.env`. */
export function useLogtoTestingInTests(project: Project): void {
  const { compiler, files, rootModule, tests } = project;
  const rootClass =
    /\bexport (?:default )?class (\w+)/.exec(files.read(rootModule) ?? '')?.[1] ?? 'AppModule';
  const namesRootModule = new RegExp(`\\b${rootClass}\\b`);
  const isBuilder = (node: ts.Node): node is ts.CallExpression =>
    compiler.isCallExpression(node) &&
    /^Test\s*\.\s*createTestingModule$/.test(node.expression.getText()) &&
    namesRootModule.test(node.getText());
  for (const path of tests) {
    const text = files.read(path) ?? '';
    if (!namesRootModule.test(text)) continue;
    if (/\buseLogtoTesting\b|\bLogtoTestingModule\b|\bstartLogtoEmulator\b/.test(text)) continue;
    editSource(project, {
      path,
      summary: 'tests without Logto: useLogtoTesting()',
      lines: [
        "import { useLogtoTesting } from 'nestjs-logto/testing';",
        '',
        `await useLogtoTesting(Test.createTestingModule({ imports: [${rootClass}] })).compile();`,
      ].join('\n'),
      edits: (source) => {
        const builders = nodesOf(compiler, source, isBuilder);
        if (builders.length === 0)
          throw new CannotEdit('it has no Test.createTestingModule() call with the root module');
        return [
          ...builders.map((builder) => wrapped(source, builder)),
          ...importEdits(compiler, source, ['useLogtoTesting'], 'nestjs-logto/testing'),
        ];
      },
    });
  }
}

/** Wraps the call in `useLogtoTesting(…)`, indented as Prettier does. */
function wrapped(source: ts.SourceFile, call: ts.CallExpression): TextEdit {
  const start = call.getStart();
  const text = call.getText();
  const indent = indentationAt(source.text, start);
  const indented = text.replaceAll(/\n(?=.)/g, '\n  ');
  return {
    start,
    end: call.end,
    text: text.includes('\n')
      ? `useLogtoTesting(\n${indent}  ${indented},\n${indent})`
      : `useLogtoTesting(${text})`,
  };
}
