import type { ContenderName } from '../contenders.js';
import type { ProviderFunctions } from '../provider.js';
import { ContenderProcess } from './contender-process.js';
import { Progress } from './progress.js';
import { RedisServer } from './redis-server.js';
import { Remote } from './remote.js';
import type { StoreSetup } from './setup.js';

/** Settings of the contenders in a suite. */
export interface ContenderOptions {
  store?: StoreSetup;
  resources?: readonly string[];
}

/** A run of the benchmark: its provider, its contenders and its Redis server. */
export class BenchmarkRun {
  private readonly running = new Set<ContenderProcess>();
  private server: RedisServer | undefined;

  private constructor(
    readonly provider: Remote<ProviderFunctions>,
    private readonly endpoint: string,
    /** Whether this run only checks that everything works. */
    readonly quick: boolean,
    /** Flags of Node for the contenders, such as `--cpu-prof`. */
    private readonly execArgv: readonly string[],
  ) {}

  static async start(quick: boolean, execArgv: readonly string[]): Promise<BenchmarkRun> {
    const provider = Remote.start<ProviderFunctions>(new URL('../provider.js', import.meta.url), []);
    return new BenchmarkRun(provider, await provider.call('endpoint'), quick, execArgv);
  }

  progress(title: string): Progress {
    return new Progress(title);
  }

  /** Starts contenders, one after the other. */
  async contenders(
    names: readonly ContenderName[],
    options: ContenderOptions = {},
  ): Promise<ContenderProcess[]> {
    const started: ContenderProcess[] = [];
    for (const name of names) started.push(await this.contender(name, options));
    return started;
  }

  async contender(
    name: ContenderName,
    { store, resources }: ContenderOptions = {},
  ): Promise<ContenderProcess> {
    const contender = await ContenderProcess.start(
      name,
      { endpoint: this.endpoint, store: store ?? { kind: 'memory' }, resources: resources ?? [] },
      this.execArgv,
    );
    this.running.add(contender);
    return contender;
  }

  /** The Redis server of this run, started on first use. */
  async redis(): Promise<RedisServer> {
    return (this.server ??= await RedisServer.start());
  }

  /** Stops the contenders, so that they do not disturb the next suite. */
  async clear(): Promise<void> {
    await Promise.all([...this.running].map(({ remote }) => remote.stop()));
    this.running.clear();
  }

  async close(): Promise<void> {
    await this.clear();
    await this.provider.stop();
    await this.server?.stop();
  }
}
