/** The text behind `@param`: type, choices and the other settings of a field. */
import { type Choice, type Field, type FieldType, fieldTypes } from './form';
import { readBoolean, readNumber, readString } from './literal';
import { type Scalar, SettingsError, SettingsReader } from './settings';

/** What `@param` says, without the line that it stands on. */
export type Parameter = Pick<
  Field,
  'type' | 'allowInput' | 'min' | 'max' | 'step' | 'placeholder' | 'picker'
> & { readonly choices?: readonly Choice[] };

const KNOWN = ['type', 'allow-input', 'placeholder', 'min', 'max', 'step', 'picker'];

/**
 * Reads `["a", "b"] {type:"string", allow-input: true}`; an empty text means `raw`, choices alone `string`. Words behind
 * the braces are ignored.
 * @param name of the field: `save_dir` asks for a folder, `config_path` for a file, unless `picker` says otherwise
 * @throws SettingsError what is wrong, without the line
 */
export function readParameter(text: string, name: string): Parameter {
  const reader = new SettingsReader(text);
  const list = reader.take('[') ? reader.list() : null;
  const settings = reader.take('{') ? reader.settings() : new Map<string, Scalar>();
  for (const key of settings.keys()) {
    if (!KNOWN.includes(key)) throw new SettingsError(`${key} is not one of ${KNOWN.join(', ')}`);
  }
  const type = typeOf(settings, list !== null);
  return {
    type,
    ...(list === null ? {} : { choices: list.map((item) => choiceOf(item, type)) }),
    allowInput: settings.get('allow-input')?.value === true,
    min: numberOf(settings, 'min', 0),
    max: numberOf(settings, 'max', 100),
    step: numberOf(settings, 'step', 1),
    placeholder: settings.get('placeholder')?.text ?? '',
    picker: pickerOf(settings, type, name),
  };
}

function typeOf(settings: ReadonlyMap<string, Scalar>, hasChoices: boolean): FieldType {
  const named = settings.get('type')?.text;
  if (named === undefined) return hasChoices || settings.has('placeholder') ? 'string' : 'raw';
  const type = fieldTypes.find((known) => known === named);
  if (type === undefined) throw new SettingsError(`type ${named} is not one of ${fieldTypes.join(', ')}`);
  return type;
}

/** Choices of a string field are strings, also when they were written as numbers; those of other types source text. */
function choiceOf(item: Scalar, type: FieldType): Choice {
  return { label: item.text, quoted: type === 'string' || type === 'date' ? item.quoted : false };
}

function numberOf(settings: ReadonlyMap<string, Scalar>, key: string, otherwise: number): number {
  const value = settings.get(key)?.value;
  if (value === undefined) return otherwise;
  if (typeof value !== 'number') throw new SettingsError(`${key} is not a number`);
  return value;
}

function pickerOf(settings: ReadonlyMap<string, Scalar>, type: FieldType, name: string): Field['picker'] {
  const named = settings.get('picker')?.text;
  if (named === 'file' || named === 'folder') return named;
  if (named !== undefined && named !== 'none')
    throw new SettingsError(`picker ${named} is not file, folder or none`);
  if (named === 'none' || type !== 'string' || settings.has('allow-input')) return null;
  // `ckpt_directory` of the documented notebook holds the path of a .ckpt.
  if (/(^|_)(location|path|file|ckpt_directory)$/i.test(name)) return 'file';
  return /(^|_)(dir|directory|folder)$/i.test(name) ? 'folder' : null;
}

/** What `literal` means in a field of this type; null if it is not of the type. */
export function fieldValue(parameter: Parameter, literal: string): Field['value'] {
  if (parameter.choices?.some((choice) => !choice.quoted && choice.label === literal)) return literal;
  switch (parameter.type) {
    case 'raw':
      return literal;
    case 'boolean':
      return readBoolean(literal);
    case 'string':
    case 'date':
      return readString(literal);
    case 'integer': {
      const value = readNumber(literal);
      return value !== null && Number.isInteger(value) ? value : null;
    }
    default:
      return readNumber(literal);
  }
}
