/** SettingError: a run cannot have such a setting. The command says it of its option, the page of its field. */

export class SettingError extends RangeError {
  override readonly name = "SettingError";
  /** As the schema has it. */
  readonly setting: string;
  /** "expected …, got …". */
  readonly problem: string;

  constructor(setting: string, problem: string) {
    super(`${setting}: ${problem}`);
    this.setting = setting;
    this.problem = problem;
  }
}
