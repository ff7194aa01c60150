package secret

import (
	"regexp"
	"slices"

	"trustline/correlate/evidence"
)

// Event takes the secrets out of an event: of its text, and of what was read
// from it. It tells whether there were any.
func Event(e *evidence.Event) bool {
	said := secrets(e.Text)
	found := clear(&e.Text)
	for k, v := range e.Detail {
		if digits(k) {
			continue
		}
		t := Text(v)
		if v != "" && (slices.Contains(said, v) || !plain(v) && secretName.MatchString(k) && !counted.MatchString(v)) {
			t = Mask // it stands here without the name that it had in the text
		}
		if t != v {
			e.Detail[k] = t
			found = true
		}
	}
	return other(e) || found
}

// Clean is Event behind [evidence.Event.ValidText], for events that come by the
// hundred thousand: both in one walk over the details, which a map makes dear.
func Clean(e *evidence.Event) {
	detail := e.Detail
	e.Detail = nil
	e.ValidText()
	e.Detail = detail
	clear(&e.Text)
	for k, v := range detail {
		t := evidence.ValidText(v)
		if !digits(k) {
			t = Text(t)
		}
		if t != v {
			detail[k] = t
		}
	}
	other(e)
}

// digits tells of a detail that it holds digits only: what they stand for is
// told, or not, by who decodes them.
func digits(key string) bool { return key == "hex" || key == "response_hex" }

// other takes the secrets out of what an event holds beside its text and details.
func other(e *evidence.Event) (found bool) {
	if t := e.Transfer; t != nil {
		found = clear(&t.File)
		found = clear(&t.Error) || found
	}
	return found
}

// counted is what decoders tell of a secret.
var counted = regexp.MustCompile(`^\d+ characters$`)

// dump is a row of a hex dump: what nobody decoded may be a string that somebody
// typed.
var dump = regexp.MustCompile(`(?i)^\s*[0-9a-f]{2}(?:[ :][0-9a-f]{2}){3,}\s*$`)

// clear takes the secrets out of a text in place.
func clear(s *string) bool {
	was := *s
	*s = Text(was)
	return *s != was
}

// Input takes the secrets out of what is told of an input: messages that no
// pattern knows are quoted there, and problems may quote what they met.
func Input(in *evidence.Input) {
	for i := range in.Samples {
		if t := &in.Samples[i].Text; dump.MatchString(*t) {
			*t = "[octets in hexadecimal]"
		} else {
			*t = Text(*t)
		}
	}
	for i := range in.Problems {
		in.Problems[i].What = Text(in.Problems[i].What)
	}
}

// Bundle takes the secrets out of evidence, in place.
func Bundle(b *evidence.Bundle) {
	for i := range b.Header.Inputs {
		Input(&b.Header.Inputs[i])
	}
	b.Update(Event)
	for i := range b.Facts {
		b.Facts[i].Value = Text(b.Facts[i].Value)
	}
	for i := range b.Coverage {
		b.Coverage[i].Note = Text(b.Coverage[i].Note)
	}
	for i := range b.Objects {
		Object(&b.Objects[i])
	}
}

// Object takes the secrets out of an object, in place. One that is packed had none
// when it was.
func Object(o *evidence.Object) {
	if l := o.List; l != nil {
		l.File = Text(l.File)
		all(l.Asserted)
		all(l.Problems)
	}
	if c := o.Certificate; c != nil {
		c.Problem = Text(c.Problem)
	}
	if c := o.Config; c != nil {
		c.File = Text(c.File)
	}
}

func all(list []string) {
	for i := range list {
		list[i] = Text(list[i])
	}
}
