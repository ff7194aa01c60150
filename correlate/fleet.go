package correlate

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

const (
	// remedySteps is how many steps a group shows: the first of what is done for
	// each of its phones. The findings hold all of them.
	remedySteps = 3
	// leastFleet is from how many phones on one of them can be the odd one out.
	leastFleet = 3
)

// fleet gathers what the groups say of the phones, one after the other.
type fleet struct {
	at     map[groupKey]int
	list   []Group
	phones []member
	stayed []Odd // those that do not live by the configuration that is served
}

type groupKey struct{ cause, class, action string }

// member is a phone with the ITL that it holds, "" when that is not known.
type member struct{ name, itl string }

// add takes in one phone.
func (f *fleet) add(p *Phone) {
	id := groupKey{p.Verdict.Primary, p.Verdict.Class, action(p)}
	n, ok := f.at[id]
	if !ok {
		if f.at == nil {
			f.at = map[groupKey]int{}
		}
		n = len(f.list)
		f.at[id] = n
		f.list = append(f.list, Group{Cause: id.cause, Class: id.class, Action: id.action, Phones: []string{}, Remedy: []Step{}, Odd: []Odd{}})
	}
	g := &f.list[n]
	g.Phones = append(g.Phones, p.Name)
	g.shareSteps(groupSteps(p, id.action))
	f.phones = append(f.phones, member{p.Name, deref(p.Trust.ITL.SHA1)})
	for i := range p.Findings {
		if p.Findings[i].ID == "config-not-applied" {
			f.stayed = append(f.stayed, Odd{p.Name, p.Findings[i].Summary})
		}
	}
}

// groups joins phones with one cause and one action, the worst class first.
func (f *fleet) groups() []Group {
	out := f.list
	if out == nil {
		out = []Group{}
	}
	for i := range out {
		g := &out[i]
		g.Remedy = g.Remedy[:min(remedySteps, len(g.Remedy))]
	}
	f.findOdd(out)
	slices.SortStableFunc(out, func(a, b Group) int {
		return cmp.Or(cmp.Compare(groupRank(b.Class), groupRank(a.Class)), cmp.Compare(a.Cause, b.Cause), cmp.Compare(a.Action, b.Action))
	})
	return out
}

// groupRank puts inconclusive between working and broken phones.
func groupRank(class string) int {
	if class == ClassInconclusive {
		return 2*classRank(ClassDegraded) + 1
	}
	return 2 * classRank(class)
}

// shareSteps keeps the steps that are the same for all phones of the group: one
// that holds a phone's address is not the others'. When none is left, those of
// the first phone stand as the example.
func (g *Group) shareSteps(steps []Step) {
	if len(g.Phones) == 1 {
		g.Remedy = append(g.Remedy, steps...)
		return
	}
	var both []Step
	for _, s := range g.Remedy {
		if slices.Contains(steps, s) {
			both = append(both, s)
		}
	}
	if len(both) > 0 {
		g.Remedy = both
	}
}

// groupSteps gives what is done for a phone: the remedy of its primary finding,
// or what to collect where that is the action.
func groupSteps(p *Phone, action string) []Step {
	if action == ActionCollect {
		var out []Step
		for i := range p.Findings {
			for _, s := range p.Findings[i].CollectNext {
				if !slices.Contains(out, s) {
					out = append(out, s)
				}
			}
		}
		return out
	}
	if f := p.primary(); f != nil && action != ActionNone {
		return f.Remedy
	}
	return nil
}

func (p *Phone) primary() *Finding {
	for i := range p.Findings {
		if p.Findings[i].ID == p.Verdict.Primary {
			return &p.Findings[i]
		}
	}
	return nil
}

// resets knows a step that resets phones, in words or by its page.
var (
	resetText = regexp.MustCompile(`(?i)\breset (?:(?:the|these|those|all|one) )?(?:phones?|it|them)\b`)
	resetPage = regexp.MustCompile(`(?:> |then |; ?)Reset\b`)
)

func (s Step) resets() bool { return resetText.MatchString(s.Text) || resetPage.MatchString(s.Command) }

// onlyResets tells of a step that nothing is done in but resetting phones.
func (s Step) onlyResets() bool {
	return s.resets() && (s.Command == "" || resetPage.MatchString(s.Command) && !strings.Contains(s.Command, ";") && !strings.Contains(s.Command, ","))
}

// action says what has to be done about a phone. A list that has to go, or a
// string to be typed, needs somebody at the phone; what is broken otherwise is
// mended on the server, or by a reset alone where nothing on the server is wrong.
// A phone that works with a layer of protection gone is a matter of its remedy.
func action(p *Phone) string {
	var steps []Step
	if f := p.primary(); f != nil {
		steps = f.Remedy
	}
	switch p.Verdict.Class {
	case ClassLockedOut:
		return ActionTouch
	case ClassInconclusive:
		return ActionCollect
	case ClassRecoverable:
		if len(steps) > 0 && !slices.ContainsFunc(steps, func(s Step) bool { return !s.onlyResets() }) {
			return ActionReset
		}
		return ActionServer
	case ClassDegraded:
		switch {
		case slices.ContainsFunc(steps, Step.resets):
			return ActionReset
		case len(steps) > 0:
			return ActionServer
		}
	}
	return ActionNone
}

// findOdd marks the phones that differ from nearly all others of the case: by
// their verdict, by the ITL that they hold, or by not living by the configuration
// that is served, as a phone does that goes back to its former primary server
// after the CallManager group was turned round.
func (f *fleet) findOdd(out []Group) {
	if len(f.phones) < leastFleet {
		return
	}
	group := map[string]*Group{}
	most := &out[0]
	for i := range out {
		g := &out[i]
		for _, name := range g.Phones {
			group[name] = g
		}
		if len(g.Phones) > len(most.Phones) {
			most = g
		}
	}
	mark := func(name, because string) {
		if g := group[name]; g != nil {
			g.Odd = append(g.Odd, Odd{name, because})
		}
	}
	for i := range out {
		if g := &out[i]; len(g.Phones) == 1 && nearlyAll(len(most.Phones), len(f.phones)) {
			mark(g.Phones[0], fmt.Sprintf("the only one with this verdict; %d of %d are %s (%s)", len(most.Phones), len(f.phones), most.Class, most.Cause))
		}
	}
	held := map[string]int{}
	known, same := 0, 0
	for _, p := range f.phones {
		if p.itl != "" {
			held[p.itl]++
			same = max(same, held[p.itl])
			known++
		}
	}
	for _, p := range f.phones {
		if p.itl != "" && held[p.itl] == 1 && known >= leastFleet && nearlyAll(same, known) {
			mark(p.name, fmt.Sprintf("the only one that holds this ITL (SHA-1 %s); %d of the %d whose ITL is known hold the same other one", p.itl, same, known))
		}
	}
	if nearlyAll(len(f.phones)-len(f.stayed), len(f.phones)) {
		for _, o := range f.stayed {
			mark(o.Phone, o.Because)
		}
	}
}

// nearlyAll tells that some are at least three quarters of a fleet.
func nearlyAll(some, all int) bool { return some >= 2 && 4*some >= 3*(all-1) && some < all }

// firmware gives the load that a phone runs: as stated, else as it said itself
// last, when it registered, raised an alarm, or announced itself to the switch.
// The load that a configuration asks for is not the one that runs.
func (k *kase) firmware(p *phone) string {
	if f := k.fact(p, "firmware"); f != nil {
		return f.fact.Value
	}
	said, announced := "", ""
	for _, n := range p.all {
		load := strings.TrimSpace(n.detail("load"))
		switch {
		case load == "":
		case n.is("registration_requested", "phone_out_of_service", "phone_held_lists"):
			said = load
		case n.is("cdp_phone", "lldp_phone"):
			announced = load
		}
	}
	return firstOf(said, announced)
}
