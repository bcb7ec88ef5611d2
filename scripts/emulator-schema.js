// Writes the JSON schema of `logto-emulator.json`, for editors: the checks are those of the emulator's own schema,
// the descriptions are the comments of its options.
import { readFileSync, writeFileSync } from 'node:fs';
import ts from 'typescript';
import { z } from 'zod';
import { optionsSchema } from '../dist/emulator/options/logto-emulator-schema.js';

const target = new URL('../dist/emulator/logto-emulator.schema.json', import.meta.url);

/** The members of every interface that the options are made of. */
const interfaces = new Map(
  ['logto-emulator-options.ts', 'tenant-options.ts'].flatMap((name) => {
    const text = readFileSync(new URL(`../src/emulator/options/${name}`, import.meta.url), 'utf8');
    const { statements } = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
    return statements.filter(ts.isInterfaceDeclaration).map((one) => [one.name.text, one.members]);
  }),
);

/** The members of an interface, or of the one that an array holds. */
function membersOf(type) {
  if (ts.isArrayTypeNode(type)) return membersOf(type.elementType);
  return (ts.isTypeReferenceNode(type) && interfaces.get(type.typeName.getText())) || [];
}

/** A member's comment, with the names that it links to. */
function commentOf(member) {
  const [comment] = ts.getJSDocCommentsAndTags(member);
  const text = comment === undefined ? '' : (ts.getTextOfJSDocComment(comment.comment) ?? '');
  return text.replaceAll(/\{@link (\S+)\}/g, '$1').replaceAll('\n', ' ');
}

/** Gives the properties of a schema the comments of a type's members. */
function describe(schema, members) {
  const { properties } = schema.items ?? schema;
  for (const member of members) {
    const property = properties?.[member.name.getText()];
    if (property === undefined) continue;
    const description = commentOf(member);
    if (description) property.description = description;
    describe(property, membersOf(member.type));
  }
}

// `input`: what has a default may be left out. `any`: functions, which JSON cannot hold.
const schema = z.toJSONSchema(optionsSchema, { io: 'input', unrepresentable: 'any', target: 'draft-7' });
delete schema.properties.fetch;
delete schema.properties.log;
describe(schema, interfaces.get('LogtoEmulatorOptions'));
writeFileSync(target, `${JSON.stringify(schema, null, 2)}\n`);
