import { describe, expect, it } from 'vitest'
import { plainValue } from './dialect.ts'

describe("a plain scalar in kubectl's dialect", () => {
  it.each([
    ['', null],
    ['~', null],
    ['null', null],
    ['NULL', null],
    ['nULL', 'nULL'],
    ['true', true],
    ['y', true],
    ['Yes', true],
    ['on', true],
    ['yES', 'yES'],
    ['N', false],
    ['off', false],
    ['No', false],
    ['0', 0],
    ['-0', -0],
    ['8080', 8080],
    ['+8', 8],
    ['-8', -8],
    ['010', 8],
    ['0o10', 8],
    ['0O10', 8],
    ['0x1F', 31],
    ['-0x10', -16],
    ['0b101', 5],
    ['08', 8],
    ['0_8', 8],
    ['1_000', 1000],
    ['1__0_', 10],
    ['_1', '_1'],
    ['1.5', 1.5],
    ['1_0.5', 10.5],
    ['.5', 0.5],
    ['5.', 5],
    ['1e3', 1000],
    ['1E+3', 1000],
    ['1e', '1e'],
    ['1e400', '1e400'],
    ['.inf', Infinity],
    ['-.INF', -Infinity],
    ['.nan', NaN],
    ['.', '.'],
    ['-', '-'],
    ['+', '+'],
    ['0x', '0x'],
    ['0xg', '0xg'],
    ['1:30', '1:30'],
    ['2020-01-01', '2020-01-01'],
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['127.0.0.1', '127.0.0.1'],
    ['v1', 'v1'],
    ['<<', '<<'],
  ])('%j is %j', (text, value) => {
    expect(plainValue(text)).toBe(value)
  })

  it('keeps the size of numbers beyond 2^53', () => {
    expect(plainValue('99999999999999999999')).toBe(1e20)
  })
})
