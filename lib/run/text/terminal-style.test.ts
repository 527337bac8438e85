import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plainStyle, styleAfter, type TerminalStyle } from './terminal-style'

/** The style as text, after these sequences of parameters in their order. */
const after = (...parameters: string[]) => words(parameters.reduce(styleAfter, plainStyle))
const words = ({ emphases, foreground, background }: TerminalStyle) =>
  [...emphases, foreground, background === null ? null : `on ${background}`].filter(word => word !== null).join(' ')

describe('[SAFE-4.3] the style of terminal text', () => {
  it.each([
    ['', ''],
    ['1', 'bold'],
    ['2;3;7;9', 'dim italic inverse strike'],
    ['4', 'underline'],
    ['21', 'underline'],
    ['53', 'overline'],
    ['31', 'red'],
    ['97;104', 'white on blue'],
    ['01;031', 'bold red'],
    [';1', 'bold'],
    ['1;', ''],
    ['1;;4', 'underline'],
  ])('%j is %j', (parameters, style) => {
    expect(after(parameters)).toBe(style)
  })

  it.each([
    ['58;5;9', 'bold'],
    ['31;4;58;2;255;0;0', 'bold red underline'],
    ['58;2;9;4;7;31', 'bold red'],
    ['58:5:9', 'bold'],
    ['58:2::255:0:0;4', 'bold underline'],
    ['59', 'bold'],
  ])('[SAFE-4.39] the colour of an underline changes nothing else: %j', (parameters, style) => {
    expect(after('1', parameters).split(' ').sort()).toEqual(style.split(' ').sort())
  })

  it.each(['4:0', '24', '0', ''])('[SAFE-4.38] %j ends an underline', parameters => {
    for (const underline of ['4', '4:1', '4:2', '4:3', '4:4', '4:5', '21']) {
      expect(after(underline)).toBe('underline')
      expect(after(underline, parameters)).toBe('')
    }
  })

  it.each([
    ['22', ['1', '2']],
    ['23', ['3']],
    ['27', ['7']],
    ['29', ['9']],
    ['55', ['53']],
    ['39', ['31', '38;5;9', '38:2::250:20:10', '97']],
    ['49', ['41', '48;2;250;20;10', '48:5:9', '107']],
  ])('%s ends what %j began, and nothing else', (reset, begun) => {
    for (const each of begun) {
      expect(after(each, reset)).toBe('')
      expect(after('4', each, reset)).toBe('underline')
      expect(after(...begun, '0')).toBe('')
    }
  })

  it.each([
    ['38;5;9', 'red'],
    ['38:5:9', 'red'],
    ['38;5:9', 'red'],
    ['38;2;250;20;10', 'red'],
    ['38:2:250:20:10', 'red'],
    ['38:2::250:20:10', 'red'],
    ['38:2:1:250:20:10', 'red'],
    ['38:2::250:20:10::0:1', 'red'],
    ['38;2:250:20:10', 'red'],
    ['48;5;46', 'on green'],
    ['48:2::90:160:255', 'on blue'],
    ['48:5:232', 'on black'],
    ['38;5;250', 'white'],
    ['38;2;;;255', 'blue'],
    ['38;5;9;1', 'bold red'],
    ['38;2;250;20;10;4', 'underline red'],
    ['38:5:9;48;5;12;1', 'bold red on blue'],
  ])('[SAFE-4.39] %s is a colour', (parameters, style) => {
    expect(after(parameters)).toBe(style)
  })

  it.each([
    ...[
      '38',
      '38;5',
      '38;2;1;2',
      '38;5;256',
      '38;2;256;0;0',
      '38;7;1',
      '38:5',
      '38:2:1',
      '38:7:1',
      '38;5;:',
      '38:3:1:2:3',
    ],
    ...[
      '4:6',
      '4:',
      '4:3:1',
      '1:1',
      '31:1',
      '0:1',
      '5',
      '6',
      '8',
      '10',
      '20',
      '25',
      '26',
      '28',
      '50',
      '51',
      '54',
      '60',
      '65',
    ],
    ...['73', '74', '75', '999', '99999999999999999999'],
  ])('[SAFE-4.40] [SAFE-4.61] %s changes nothing that is shown', parameters => {
    expect(after('3', parameters)).toBe('italic')
  })

  it('is the same in one sequence and in several, and never an error', () => {
    const parameter = fc.oneof(
      fc.constantFrom(
        '0',
        '',
        '1',
        '4',
        '4:0',
        '4:3',
        '22',
        '24',
        '31',
        '39',
        '53',
        '38;5;9',
        '58;2;1;2;3',
        '48:2::9:9:9',
      ),
      fc
        .nat(120)
        .filter(code => ![38, 48, 58].includes(code))
        .map(String),
    )
    fc.assert(
      fc.property(fc.array(parameter, { minLength: 1 }), fc.stringMatching(/^[\d;:]{0,40}$/), (all, any) => {
        expect(after(all.join(';'))).toBe(after(...all))
        expect(after(any)).toMatch(/^[a-z ]*$/)
      }),
    )
  })
})
