// Package gather decodes one input to evidence. It is the one place that knows
// all decoders: captures go to package dissect, trust lists and pasted listings
// to dissect/trustlist, console logs to phonelog, traces to tvstrace, what else
// engineers paste to phonelog/pasted, messages in hex dumps to dissect/tvs, and
// what they found becomes plain values of package evidence.
//
//	bundle := gather.Decode(gather.Input{Name: "phone.pcap", Size: -1, Open: open}, gather.Options{})
//	inputs := gather.Events(gather.Input{Name: "tvs.txt", Size: -1, Open: open}, gather.Options{}, func(e *evidence.Event) { ... })
//
// Decode keeps the evidence of any input; Events hands out that of a log, record
// by record, and keeps nothing.
//
// An input is recognised by its content, never by its name. Decoding never
// fails: an input that nothing recognises, or that is damaged, says so in the
// header of its bundle, and what could be read before the damage counts.
// A text that mixes dialects is read record by record with the package that
// knows each. What names and archives tell ([Hints]) is used where the content
// says nothing, and marked.
//
// Nothing here joins inputs or judges; that is package correlate. The parts of a
// rotated capture or trace are the exception: they are decoded as one, and each
// is an input in the header.
package gather
