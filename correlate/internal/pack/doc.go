// Package pack keeps many values of plain data in little memory. A fleet's
// evidence and reports are thousands of times the same structs, full of the same
// words: a value is written as a row of varints and strings, a string that came
// before as its number, a hash as bytes instead of hex digits.
//
//	var t pack.Table
//	s := pack.Store{Chunk: 64 << 10, Compress: true}
//	ref := s.Add(pack.Append(&t, nil, &value))
//	...
//	var back T
//	err := pack.Read(&t, s.Get(ref), &back)
//
// Structs, slices, arrays, maps with string keys, pointers, strings, numbers and
// booleans are known, and in an interface what the detail of a timeline holds.
// Fields that are not exported, cycles, channels and functions are not.
//
// A Store spills what outgrows its limit to a file that its owner supplies. The
// form is for one run of one program: it is no file format, and nothing of it is
// meant to be read by another.
//
// Tables and stores are not safe for concurrent use.
package pack
