package correlate

import "slices"

// askedAll tells, for a phone whose own configuration is not in evidence, that
// it has no further TVS than those it asked. A phone goes on to the next server
// of its group whenever one fails, and rejects a file only after the last: when
// it rejected one, its servers are those that it tried in between. The served
// configuration, which it did not take, has to agree: it may name no other server.
//
//	list or configuration arrives
//	  TVS 1  certificate not in the ITL   refused by the phone
//	  TVS 2  ...
//	file rejected                         nobody is left to ask
//
// The capture has to show the whole of it, and to go on; one that is stated to
// be taken on a server shows that server only.
func (v *view) askedAll(servers []*tvsServer) bool {
	config := v.p.served("config")
	if config == nil || config.result == Yes || config.list.config == nil || len(config.list.config.CallManager) == 0 {
		return false
	}
	asked := map[string]bool{}
	from, last := config.start, config.end
	rejected := config.result == No
	if a := v.p.lastAttempt("itl"); a != nil && a.result == No && a.start.before(from) {
		if d, ok := from.sub(a.end); ok && d < verdictWindow {
			from, rejected = a.start, true // the list, for the same reason, just before
		}
	}
	if !rejected {
		return false
	}
	for _, s := range servers {
		for _, t := range s.tries {
			if t.n.e().TLS == nil || t.n.at.before(from) {
				continue
			}
			if d, ok := t.n.at.sub(config.end); !ok || d > verdictWindow {
				continue
			}
			if t.state != "refused-by-phone" || t.cert == nil {
				return false
			}
			asked[s.address] = true
			last = later(last, t.n.at)
		}
	}
	for _, name := range slices.Concat(config.list.config.CallManager, config.list.config.TVS) {
		if !asked[v.resolve(hostOf(name))] {
			return false
		}
	}
	for _, n := range config.wire {
		if !asked[hostOf(n.e().Transfer.Server)] {
			return false // the last resort was not tried: not all of it is seen
		}
	}
	return v.seenWhole(from, last)
}

// seenWhole tells that a capture holds both directions of the phone's traffic
// from a moment until well after another, without a loss, and is not one that
// was taken on a server.
func (v *view) seenWhole(from, to instant) bool {
	for _, c := range v.k.rows(v.p, "capture") {
		d1, ok1 := from.sub(v.k.at(c.Input, coverageKind(c), c.From))
		d2, ok2 := v.k.at(c.Input, coverageKind(c), c.To).sub(to)
		if !ok1 || !ok2 || d1 < 0 || d2 < settle || !speaks(c) || v.lossy(c.Input) {
			continue
		}
		if f := v.k.fact(v.p, "capture-side:"+c.Input); f != nil && f.fact.Value == "server" {
			continue
		}
		return true
	}
	return false
}
