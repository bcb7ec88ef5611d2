import { describe, expect, it } from '@jest/globals';
import { NestProject } from './support/nest-project.js';

const imported = "import { LogtoModule, logtoOptionsFromEnv } from 'nestjs-logto';\n";
const element = 'LogtoModule.forRootAsync({ useFactory: () => logtoOptionsFromEnv() })';

/** The root module after `init`, without the import. */
async function edited(decorator: string): Promise<string> {
  const project = await NestProject.create('nest-12', {
    'src/app.module.ts': `${decorator}\nexport class AppModule {}\n`,
  });
  const { printed } = await project.init();
  expect(printed).not.toContain('To do by hand');
  const text = await project.read('src/app.module.ts');
  expect(text).toContain(imported);
  return text.replace(imported, '').replace('\nexport class AppModule {}\n', '');
}

describe('nestjs-logto init adds LogtoModule to', () => {
  it.each([
    ['a decorator without metadata', '@Module()', `@Module({\n  imports: [\n    ${element},\n  ],\n})`],
    ['empty metadata', '@Module({})', `@Module({\n  imports: [\n    ${element},\n  ],\n})`],
    [
      'metadata on one line',
      '@Module({ providers: [A] })',
      `@Module({\n  imports: [\n    ${element},\n  ],\n  providers: [A],\n})`,
    ],
    [
      'metadata without imports',
      '@Module({\n  providers: [A],\n})',
      `@Module({\n  imports: [\n    ${element},\n  ],\n  providers: [A],\n})`,
    ],
    [
      'imports on one line',
      '@Module({\n  imports: [A, B.forRoot({ c: [1, 2] })],\n})',
      `@Module({\n  imports: [\n    A,\n    B.forRoot({ c: [1, 2] }),\n    ${element},\n  ],\n})`,
    ],
    [
      'imports on several lines, with a comma at the end',
      '@Module({\n  imports: [\n    A, // first\n    ...others,\n  ],\n})',
      `@Module({\n  imports: [\n    A, // first\n    ...others,\n    ${element},\n  ],\n})`,
    ],
    [
      'imports in quotes',
      "@Module({\n  'imports': [A],\n})",
      `@Module({\n  'imports': [\n    A,\n    ${element},\n  ],\n})`,
    ],
    [
      'imports with a comment at the end of the last line',
      '@Module({\n  imports: [\n    A, // first\n    B, // second\n  ],\n})',
      `@Module({\n  imports: [\n    A, // first\n    B, // second\n    ${element},\n  ],\n})`,
    ],
    [
      'imports without a comma at the end, but with a comment',
      '@Module({\n  imports: [\n    forwardRef(() => A) // first\n  ]\n})',
      `@Module({\n  imports: [\n    forwardRef(() => A), // first\n    ${element}\n  ]\n})`,
    ],
    [
      'metadata that is indented by tabs',
      '@Module({\n\timports: [],\n\tproviders: [],\n})',
      `@Module({\n\timports: [\n\t\t${element},\n\t],\n\tproviders: [],\n})`,
    ],
    [
      'imports with a comment',
      '@Module({\n  imports: [A /* the last */],\n})',
      `@Module({\n  imports: [A, ${element} /* the last */],\n})`,
    ],
  ])('%s', async (_name, before, after) => {
    expect(await edited(before)).toBe(after);
  });

  it('a file with Windows line endings', async () => {
    const project = await NestProject.create('nest-12', {
      'src/app.module.ts': '@Module({\r\n  imports: [],\r\n})\r\nexport class AppModule {}\r\n',
    });
    await project.init();
    const text = await project.read('src/app.module.ts');
    expect(text).toContain(`  imports: [\r\n    ${element},\r\n  ],\r\n`);
    expect(text).not.toMatch(/[^\r]\n/);
  });

  it('a file that imports other names of the package', async () => {
    const project = await NestProject.create('nest-12', {
      'src/app.module.ts':
        'import { LogtoGuard } from "nestjs-logto"\n@Module({})\nexport class AppModule {}\n',
    });
    await project.init();
    expect(await project.read('src/app.module.ts')).toContain(
      'import { LogtoGuard, LogtoModule, logtoOptionsFromEnv } from "nestjs-logto"\n',
    );
  });

  it('the class AppModule in a file with several modules, in the style of the file', async () => {
    const project = await NestProject.create('nest-12', {
      'src/app.module.ts':
        'import { Module } from "@nestjs/common"\n@Module({})\nclass Other {}\n@Module({})\nexport class AppModule {}\n',
    });
    await project.init();
    expect(await project.read('src/app.module.ts')).toBe(
      'import { Module } from "@nestjs/common"\n' +
        'import { LogtoModule, logtoOptionsFromEnv } from "nestjs-logto"\n' +
        `@Module({})\nclass Other {}\n@Module({\n  imports: [\n    ${element},\n  ],\n})\nexport class AppModule {}\n`,
    );
  });
});

describe('nestjs-logto init asks you to edit by hand, with the lines to add,', () => {
  it.each([
    ['imports that a function returns', '@Module({ imports: modules() })', 'not an array literal'],
    ['imports from a variable', '@Module({ imports })', 'not an array literal'],
    ['metadata from a variable', '@Module(metadata)', 'not an object literal'],
    ['metadata that spreads another object', '@Module({ ...shared })', 'uses a spread'],
    ['a class without a decorator', '', 'no class with @Module()'],
    ['a file with a syntax error', '@Module({ imports: [ })', 'a syntax error'],
  ])('%s', async (_name, decorator, reason) => {
    const text = `${decorator}\nexport class AppModule {}\n`;
    const project = await NestProject.create('nest-11', { 'src/app.module.ts': text });
    const { exitCode, printed } = await project.init();
    expect(exitCode).toBe(1);
    expect(await project.read('src/app.module.ts')).toBe(text);
    expect(printed).toMatch(
      new RegExp(`To do by hand in src/app\\.module\\.ts: .*${reason.replace(/[()]/g, '\\$&')}`),
    );
    expect(printed).toContain(`    ${imported}`);
    expect(printed).toContain(`imports: [${element}],`);
    // Everything else is done.
    expect(await project.read('.env')).toContain('LOGTO_ENDPOINT=');
  });

  it('a main.ts that does not create the app', async () => {
    const project = await NestProject.create('nest-11', { 'src/main.ts': "import './start';\n" });
    const { exitCode, printed } = await project.init();
    expect(exitCode).toBe(1);
    expect(await project.read('src/main.ts')).toBe("import './start';\n");
    expect(printed).toContain("    if (existsSync('.env')) process.loadEnvFile();");
  });

  it('a test that starts the app in its own way', async () => {
    const test = "import { AppModule } from '../src/app.module';\nconst app = await start(AppModule);\n";
    const project = await NestProject.create('nest-11', { 'test/app.e2e-spec.ts': test });
    const { exitCode, printed } = await project.init();
    expect(exitCode).toBe(1);
    expect(await project.read('test/app.e2e-spec.ts')).toBe(test);
    expect(printed).toContain(
      'await useLogtoTesting(Test.createTestingModule({ imports: [AppModule] })).compile();',
    );
  });

  it('a script `logto` that does something else', async () => {
    const project = await NestProject.create('nest-12', {
      'package.json': '{ "type": "module", "scripts": { "logto": "docker compose up logto" } }',
    });
    const { exitCode, printed } = await project.init();
    expect(exitCode).toBe(1);
    expect(printed).toContain('"logto-emulator": "logto-emulator"');
  });

  it('a TypeScript setting `module` with which CommonJS cannot import ES modules', async () => {
    const project = await NestProject.create('nest-11', {
      'tsconfig.json': '{ "compilerOptions": { "module": "node16" /* for now */ } }',
    });
    const { exitCode, printed } = await project.init();
    expect(exitCode).toBe(1);
    expect(printed).toContain('"module": "nodenext"');
  });
});

describe('nestjs-logto init in a project with Jest', () => {
  const added = `"transformIgnorePatterns": [
    "/node_modules/(?!(\\\\.pnpm|nestjs-logto|openid-client|oauth4webapi|jose|oidc-provider)/)"
  ],
  "testTimeout": 60000
}
`;

  it('lets both configurations of a CommonJS project compile the ES modules', async () => {
    const project = await NestProject.create('nest-11');
    const before = await project.read('test/jest-e2e.json');
    await project.init();
    expect(await project.read('test/jest-e2e.json')).toBe(`${before.replace(/\n}\n$/, '')},\n  ${added}`);
    const { jest } = JSON.parse(await project.read('package.json')) as { jest: object };
    expect(jest).toMatchObject(JSON.parse(`{${added}`) as object);
  });

  it('asks you to edit a configuration of your own', async () => {
    const configuration =
      '{ "transform": { "^.+\\\\.(t|j)s$": "ts-jest" }, "transformIgnorePatterns": ["/x/"] }\n';
    const project = await NestProject.create('nest-11', {
      'test/jest-e2e.json': configuration,
      'jest.config.js': 'module.exports = {};\n',
    });
    const { exitCode, printed } = await project.init();
    expect(exitCode).toBe(1);
    expect(await project.read('test/jest-e2e.json')).toBe(configuration);
    expect(printed).toContain('To do by hand in test/jest-e2e.json');
    expect(printed).toContain('To do by hand in jest.config.js');
  });

  it.each([
    ['ts-jest', '{ "transform": { "^.+\\\\.ts$": "ts-jest" } }\n'],
    ['@swc/jest', '{ "transform": { "^.+\\\\.ts$": "@swc/jest" }, "transformIgnorePatterns": ["/x/"] }\n'],
  ])('asks you to let %s compile .js files if it only compiles TypeScript', async (name, configuration) => {
    const project = await NestProject.create('nest-11', { 'test/jest-e2e.json': configuration });
    const { printed } = await project.init();
    expect(await project.read('test/jest-e2e.json')).toBe(configuration);
    expect(printed).toContain(
      'To do by hand in test/jest-e2e.json: its "transform" does not match .js files',
    );
    expect(printed).toContain(`    "transform": {\n      "^.+\\\\.(t|j)s$": "${name}"\n    },\n`);
  });
});
