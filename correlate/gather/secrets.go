package gather

import (
	"bytes"
	"fmt"
	"io"

	"trustline/correlate/evidence"
	"trustline/correlate/secret"
)

// Nothing that is decoded holds a secret of its input: private keys are blotted
// out of a text before anything reads it, and what quotes an input is cleared of
// passwords and the like before it is handed out. The hash of an input is taken
// before that, and no offset or line number changes.

// withoutKeys gives a text, its beginning and its rest, with the private keys in
// it blotted out.
func (d *decoder) withoutKeys(head []byte, r io.Reader) ([]byte, io.Reader) {
	n := len(head)
	r = secret.Reader(io.MultiReader(bytes.NewReader(head), r))
	head, err := readUpTo(nil, r, n)
	if err != nil {
		d.problem(fmt.Sprintf("byte %d", len(head)), err.Error())
		r = bytes.NewReader(nil) // it was told once
	}
	return head, r
}

// Decode reads one input to evidence.
func Decode(in Input, opt Options) *evidence.Bundle {
	b := decode(in, opt)
	b.ValidText()
	secret.Bundle(b)
	return b
}

// Events decodes the logs of one input and hands their events to emit in the
// order of their first lines. An input that is no text has none. Nothing is
// kept: what comes back says what was read and how far, without hashes.
//
// A record over many lines (a session of CAPF, a handshake that never ended)
// is known when its last line is; when more than maxDisorder other events
// came first, it comes behind them.
func Events(in Input, opt Options, emit func(*evidence.Event)) []evidence.Input {
	inputs := events(in, opt, emit)
	for i := range inputs {
		secret.Input(&inputs[i])
	}
	return inputs
}
