/** Prints the progress of the benchmark to standard error. */
export class Progress {
  constructor(private readonly title: string) {}

  round(round: number, rounds: number): void {
    this.step(round < 0 ? 'warming up' : `round ${round + 1} of ${rounds}`);
  }

  step(what: string): void {
    process.stderr.write(`${new Date().toTimeString().slice(0, 8)} ${this.title}: ${what}\n`);
  }
}
