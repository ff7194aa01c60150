// Package gather decodes one input to evidence. It is the one place that knows
// all decoders: captures go to package dissect, trust lists and pasted listings
// to dissect/trustlist, console logs to phonelog, traces to tvstrace, and what
// they found becomes plain values of package evidence.
//
//	bundle := gather.Decode(gather.Input{Name: "phone.pcap", Size: -1, Open: open}, gather.Options{})
//
// An input is recognised by its content, never by its name. Decoding never
// fails: an input that nothing recognises, or that is damaged, says so in the
// header of its bundle, and what could be read before the damage counts.
// Nothing here joins inputs or judges; that is package correlate. The parts of a
// rotated capture are one exception: they are decoded as one capture, and each
// is an input in the header.
package gather
