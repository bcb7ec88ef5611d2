/** A command of `nestjs-logto`. */
export interface Command {
  /** What it does, for `--help`. */
  readonly summary: string;
  /** @returns the exit code */
  readonly run: (args: string[]) => Promise<number>;
}

/** The commands by their names. Each is loaded when it runs. */
export const commands: Readonly<Record<string, Command>> = {
  init: {
    summary: 'Add LogtoModule to your Nest app.',
    run: async (args) => (await import('./init/init-command.js')).runInit(args),
  },
  doctor: {
    summary: 'Check the setup of your app and of its application in Logto.',
    run: async (args) => (await import('./doctor/doctor-command.js')).runDoctor(args),
  },
};
