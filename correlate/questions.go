package correlate

import "fmt"

// Question is something a finding or a gate row asks of a phone's evidence.
// No rule touches raw events: it names questions, and they answer yes, no or
// unknown with evidence.
type Question struct {
	Name string
	Asks string // in words, for the catalogue
	ask  func(*view) Answer
}

// view is one phone as rules see it: its questions with remembered answers.
type view struct {
	k       *kase
	p       *phone
	answers map[string]Answer
	open    map[string]bool // questions being answered: a circle is a bug
}

func newView(k *kase, p *phone) *view {
	return &view{k: k, p: p, answers: map[string]Answer{}, open: map[string]bool{}}
}

// ask answers a question by name, once.
func (v *view) ask(name string) Answer {
	if a, ok := v.answers[name]; ok {
		return a
	}
	q, ok := questions[name]
	if !ok {
		panic("correlate: no question named " + name) // a catalogue error, found by the catalogue test
	}
	if v.open[name] {
		panic("correlate: question asks itself: " + name)
	}
	v.open[name] = true
	a := q.ask(v)
	delete(v.open, name)
	v.answers[name] = a
	return a
}

func (v *view) yes(name string) bool { return v.ask(name).Value == Yes }
func (v *view) no(name string) bool  { return v.ask(name).Value == No }

// questions is the closed list. The groups stand in files of their own.
var questions = map[string]Question{}

func register(list ...Question) bool {
	for _, q := range list {
		if _, twice := questions[q.Name]; twice {
			panic("correlate: question defined twice: " + q.Name)
		}
		questions[q.Name] = q
	}
	return true
}

// signerText prints who signed a file.
func signerText(o *listObj) string {
	if o == nil {
		return "an unknown signer"
	}
	s := o.l.Signer
	return fmt.Sprintf("%s (serial %s)", firstOf(commonName(s.Name), s.Name, "unnamed"), firstOf(s.Serial, "unknown"))
}

func firstOf(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}
