// Package trial plays one scenario, hides parts of its evidence, lets trustline judge
// what is left, and grades the verdict by what the phone really did.
//
//	o, err := trial.Run(1713, trial.Mixes()[0])
//	fmt.Println(o.Grade, o.Got.Class, o.Want)
//
// In: a plan of package play, drawn by its seed, and a [Mix], which says what an
// engineer has of the evidence. Out: an [Outcome] with plan, files, truth, verdict and
// [Grade]. What a right verdict is follows from the truth of the play, never from a
// rule of the analyser ([Expect]): what was accepted and refused last, which ways back
// the servers have, what was planted. Where several findings name the same fault, each
// of them is right; where a catalogue may call something a fault or let it pass (a CTL
// that is stale and harmless yet), both are right.
//
// The package deliberately judges classes and primary findings only. Timelines, gates
// row by row and remedies are compared in the cases of testdata/cases.
package trial

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"

	"trustline/correlate"
	"trustline/correlate/evidence"
	"trustline/correlate/gather"
	"trustline/testdata/lab/play"
)

// A Grade is what a verdict is worth beside the truth.
type Grade uint8

// The grades, the best first.
const (
	Right     Grade = iota // class and primary are right
	Tolerated              // inconclusive
	Wrong                  // another class or primary
	Fatal                  // ok though something fails, a lock-out or a deletion that is not true
)

func (g Grade) String() string { return [...]string{"right", "tolerated", "wrong", "FATAL"}[g] }

// An Outcome is one trial.
type Outcome struct {
	Seed    uint64
	Mix     string
	Plan    play.Plan
	Story   *play.Story
	Files   map[string][]byte // what the analyser was given
	Truth   *play.Truth
	Want    Expected
	Got     correlate.Verdict
	Report  *correlate.Report
	Grade   Grade
	Because string // why it is not right
}

// More is the first seed of the plans with rarer events, [play.DrawMore].
const More = 1_000_000

// Run plays the plan of a seed with the evidence of a mix, judges, and grades.
func Run(seed uint64, m Mix) (*Outcome, error) {
	if seed >= More {
		return Play(play.DrawMore(seed), seed, m)
	}
	return Play(play.Draw(seed), seed, m)
}

// Play does the same with a plan.
func Play(p play.Plan, seed uint64, m Mix) (*Outcome, error) {
	name := p.Phones[0].Name
	dry := p
	dry.Sources = play.Sources{NoReadme: true}
	first, err := dry.Play()
	if err != nil {
		return nil, err
	}
	everything(&p, first.Truth[name])
	if m.before != nil {
		m.before(seed, &p)
	}
	s, err := p.Play()
	if err != nil {
		return nil, err
	}
	o := &Outcome{Seed: seed, Mix: m.Name, Plan: p, Story: s, Files: m.apply(s.Files), Truth: s.Truth[name]}
	o.Want = Expect(&p, o.Truth, SeenIn(o.Files))
	o.judge()
	return o, nil
}

// Judge analyses files as the command does, without names that tell anything.
func Judge(files map[string][]byte) *correlate.Report {
	var bundles []*evidence.Bundle
	for _, name := range slices.Sorted(maps.Keys(files)) {
		d := files[name]
		bundles = append(bundles, gather.Decode(gather.Input{Name: name, Size: int64(len(d)), Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(d)), nil }}, gather.Options{}))
	}
	return correlate.Judge(evidence.Merge(bundles...), correlate.Options{})
}

func (o *Outcome) judge() {
	o.Report = Judge(o.Files)
	o.Got = correlate.Verdict{Class: Inconclusive, Primary: "evidence-insufficient"}
	for _, p := range o.Report.Phones {
		if p.Name == o.Truth.Phone || len(o.Report.Phones) == 1 {
			o.Got = p.Verdict
		}
	}
	o.Grade, o.Because = Compare(o.Want, o.Got)
}

// Brief is the verdict in a few words.
func (o *Outcome) Brief() string {
	s := fmt.Sprintf("%s %s (%s, deletion %s)", o.Got.Class, o.Got.Primary, o.Got.Confidence, o.Got.Deletion)
	if o.Because != "" {
		s += ", " + o.Because
	}
	return s
}

// Compare grades a verdict.
func Compare(want Expected, got correlate.Verdict) (Grade, string) {
	locked := got.Class == LockedOut
	switch {
	case locked && !want.Locked:
		return Fatal, "locked-out, but servers can mend it"
	case locked && got.Deletion != "allowed" && rank[want.Mildest] < rank[LockedOut]:
		return Wrong, "locked-out with deletion " + got.Deletion
	case got.Deletion == "allowed" && !want.Locked:
		return Fatal, "deletion allowed"
	case got.Class == OK && want.Broken:
		return Fatal, "ok, but it is not"
	case got.Class == Inconclusive:
		return Tolerated, ""
	case rank[got.Class] < rank[want.Mildest]:
		return Wrong, fmt.Sprintf("%s is too mild", got.Class)
	case rank[got.Class] > rank[want.Worst]:
		return Wrong, fmt.Sprintf("%s is too bad", got.Class)
	case got.Class != OK && want.Primaries != nil && !slices.Contains(want.Primaries, got.Primary):
		return Wrong, "primary " + got.Primary
	}
	return Right, ""
}
