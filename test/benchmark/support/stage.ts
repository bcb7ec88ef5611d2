import type { ContenderName } from '../contenders.js';
import type { ProviderAnswers } from '../provider.js';
import { ContenderProcess } from './contender-process.js';
import { Progress } from './progress.js';
import { RedisServer } from './redis-server.js';
import { Remote } from './remote.js';
import type { StoreSetup } from './setup.js';

/** The settings that the contenders of a suite start with. */
export interface Casting {
  store?: StoreSetup;
  resources?: readonly string[];
}

/** The provider, the contenders and the Redis server of a run. */
export class Stage {
  private readonly running = new Set<ContenderProcess>();
  private server: RedisServer | undefined;

  private constructor(
    readonly provider: Remote<ProviderAnswers>,
    private readonly endpoint: string,
    /** Whether this run only checks that everything works. */
    readonly quick: boolean,
    /** Flags of Node for the contenders, such as `--cpu-prof`. */
    private readonly execArgv: readonly string[],
  ) {}

  static async set(quick: boolean, execArgv: readonly string[]): Promise<Stage> {
    const provider = Remote.start<ProviderAnswers>(new URL('../provider.js', import.meta.url), []);
    return new Stage(provider, await provider.ask('endpoint'), quick, execArgv);
  }

  progress(title: string): Progress {
    return new Progress(title);
  }

  /** Starts contenders, one after the other. */
  async contenders(names: readonly ContenderName[], casting: Casting = {}): Promise<ContenderProcess[]> {
    const started: ContenderProcess[] = [];
    for (const name of names) started.push(await this.contender(name, casting));
    return started;
  }

  async contender(name: ContenderName, { store, resources }: Casting = {}): Promise<ContenderProcess> {
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
