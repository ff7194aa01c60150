package correlate

import (
	"fmt"
	"slices"
	"strings"
)

var _ = register(
	Question{"itl-taken-by-ctl", "Did the phone take an ITL whose signer only its CTL knows?", itlTakenByCTL},
	Question{"list-taken-blind", "Did the phone take its first list unchecked, since it held none?", listTakenBlind},
	Question{"blind-signer-unknown", "Is the list that was taken unchecked one that no server of the case shows?", blindSignerUnknown},
	Question{"ctl-absent", "Does the server have no CTL while its ITL is that of a non-secure cluster?", ctlAbsent},
	Question{"security-wanted", "Does anything say that the cluster or this phone is meant to be secure?", securityWanted},
	Question{"model-without-sbd", "Is the phone of a model that knows neither ITL nor TVS?", modelWithoutSBD},
)

func itlTakenByCTL(v *view) Answer {
	for _, s := range slices.Backward(v.p.states) {
		if s.cause == nil || s.cause.kind != "itl" || s.cause.result != Yes || s.cause.list == nil {
			continue
		}
		if s.cause.askedTVS {
			return no("the phone asked TVS before it took "+s.cause.file, s.ev...)
		}
		if x := signerIn(s.before[iITL].list, s.cause.list.l, []string{"SAST"}); x.found && !x.wrong {
			return no(fmt.Sprintf("the signer of %s is record %d of the ITL held before", s.cause.file, x.record), s.ev...)
		}
		if s.before[iITL].list == nil && s.before[iITL].state != "none" {
			return unknown("the ITL that the phone held before is not in evidence", s.ev...)
		}
		x := signerIn(s.before[iCTL].list, s.cause.list.l, rolesForITL)
		if !x.found || x.wrong {
			return unknown("the CTL that the phone held then is not in evidence, or does not know the signer", s.ev...)
		}
		return yes(fmt.Sprintf("%s is signed by %s, which is record %d (%s) of the CTL that the phone held, and in no record of its old ITL", s.cause.file, signerText(s.cause.list), x.record, x.role),
			slices.Concat(s.ev, s.before[iCTL].ev)...)
	}
	return unknown("no accepted ITL is in evidence")
}

func listTakenBlind(v *view) Answer {
	for _, s := range slices.Backward(v.p.states) {
		if s.cause != nil && s.cause.blind && s.cause.result == Yes {
			return yes(fmt.Sprintf("the phone held no list when it took %s, signed by %s, so nothing was checked", s.cause.file, signerText(s.cause.list)), slices.Concat(s.before[iITL].ev, s.ev)...)
		}
	}
	for _, n := range slices.Backward(v.p.all) {
		if n.is("tofu_accept") {
			return yes("the phone says that it took a list on faith: "+quoteLine([]*entry{n}), n)
		}
	}
	return unknown("no list that was taken unchecked is in evidence")
}

// blindSignerUnknown compares the adopted signer with what the servers' own
// listings show: a list of the cluster taken blindly is how every new phone
// begins.
func blindSignerUnknown(v *view) Answer {
	h := v.p.now(iITL)
	if h.list == nil {
		return unknown("the list that the phone took is not in evidence", h.ev...)
	}
	if h.list.l.Signer.Serial == "" {
		return unknown("the signer of the list that the phone took is not in evidence", h.ev...)
	}
	for _, l := range v.k.files {
		if l.l.Type != "itl" && l.l.Type != "ctl" {
			continue
		}
		if sameList(l, h.list) || sameSerial(l.l.Signer.Serial, h.list.l.Signer.Serial) {
			return no("the adopted signer is that of the servers' own listing", h.ev...)
		}
	}
	return yes("no listing of the cluster shows the adopted signer "+signerText(h.list), h.ev...)
}

func ctlAbsent(v *view) Answer {
	a := v.p.lastAttempt("ctl")
	if a == nil || !a.missing {
		return unknown("no request for a CTL that the server lacks is in evidence")
	}
	itl := v.servedITL()
	if itl.list == nil || itl.list.l.Partial {
		return unknown("the served ITL, which tells the cluster's mode, is not in evidence", a.evidence()...)
	}
	if m := mode(itl.list.l); m != "non-secure" {
		return no("the served ITL is that of a "+m+" cluster", itl.ev...)
	}
	return yes("the server has no CTL, and the TFTP record of its ITL is that of a non-secure cluster", slices.Concat(a.evidence(), itl.ev)...)
}

func securityWanted(v *view) Answer {
	if f := v.k.fact(v.p, "security-mode"); f != nil && f.fact.Value == "mixed" {
		return yes("stated: the cluster is in mixed mode", f)
	}
	if a := v.p.served("config"); a != nil && a.list.config != nil {
		switch strings.ToLower(a.list.config.Security) {
		case "2", "3", "authenticated", "encrypted":
			return yes("the phone's configuration asks for a secure profile", a.evidence()...)
		}
	}
	for _, l := range v.k.files {
		if l.l.Type == "ctl" && l.l.Length > 0 && l.l.Origin == "listing" {
			return yes("show ctl lists a CTL", v.k.listEntries(v.p, l)...)
		}
	}
	for _, n := range slices.Concat(v.p.all, v.k.general) {
		if n.is("security_modes") && n.detail("cluster") == "1" {
			return yes("the CallManager trace says that the cluster is in mixed mode", n)
		}
	}
	return unknown("nothing says that security is wanted")
}

// noSBD are models that know no ITL and no TVS (Cisco Support Community, Ask the
// Expert: Security By Default).
var noSBD = []string{"7905", "7912", "7920", "7935", "7936", "7937", "7940", "7960", "7985"}

// maybeSBD are those of them whose newer loads do know it.
var maybeSBD = []string{"7935", "7937"}

func modelWithoutSBD(v *view) Answer {
	if model, ev := v.k.withoutSBD(v.p); ev != nil {
		return yes(fmt.Sprintf("the phone is a %s and boots without asking for an ITL", model), ev...)
	}
	model, stated := v.k.modelOf(v.p)
	switch a := v.p.lastAttempt("itl"); {
	case model == "":
		return unknown("the phone's model is not in evidence")
	case a != nil:
		return no("the phone asks for an ITL", a.evidence()...)
	case !slices.Contains(noSBD, model):
		return no("models "+model+" know ITL and TVS", stated)
	}
	return unknown("no boot of the phone is in evidence that would show whether it asks for an ITL", stated)
}

// modelOf gives the model's number, as stated or seen.
func (k *kase) modelOf(p *phone) (model string, stated *entry) {
	model = strings.TrimPrefix(strings.ToUpper(p.model), "CP-")
	if f := k.fact(p, "model"); f != nil {
		model, stated = strings.TrimPrefix(strings.ToUpper(f.fact.Value), "CP-"), f
	}
	if len(model) > 4 {
		model = model[:4]
	}
	return model, stated
}

// withoutSBD gives what shows that a phone is of a model that knows neither
// ITL nor TVS: the model, and a boot in which it asked for no ITL. Newer loads of
// some models do, so of those the boot must be in a capture.
func (k *kase) withoutSBD(p *phone) (model string, ev []*entry) {
	model, stated := k.modelOf(p)
	if !slices.Contains(noSBD, model) || p.lastAttempt("itl") != nil {
		return model, nil
	}
	a := p.lastAttempt("config")
	if a == nil {
		a = p.lastAttempt("ctl")
	}
	if a == nil || slices.Contains(maybeSBD, model) && len(a.wire) == 0 {
		return model, nil
	}
	return model, append([]*entry{stated}, a.evidence()...)
}
