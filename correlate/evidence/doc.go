// Package evidence holds what the decoders saw, as plain data.
//
// Between reading bytes and judging them lies a seam: one input at a time is
// decoded to evidence, and judging knows only evidence. So a thousand inputs
// can be decoded on a thousand machines and judged once, and an old case can
// be judged again by newer rules without its captures. The parts of a rotated
// capture are decoded together, and each stays an input of its own.
//
// What comes in: values made by correlate/gather. What goes out: an NDJSON
// file, first a [Header] with the inputs, then one [Event], [Object],
// [Coverage] or [Fact] a line:
//
//	{"schema":"trustline/evidence/v1","tool":{...},"inputs":[...]}
//	{"kind":"event","place":{"input":"phone.log","line":12},"event":"signature_ok",...}
//
// Every piece has a place (input and frame or line), so that a statement that
// rests on it can be checked by hand. The package deliberately judges nothing:
// it does not join sources, correct clocks or know phones.
package evidence
