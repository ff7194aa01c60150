package play

import (
	"fmt"
	"sort"
	"time"

	"trustline/testdata/lab/list"
	"trustline/testdata/lab/wire"
)

// world is a plan being played.
type world struct {
	plan     *Plan
	clusters map[string]*cluster
	nodes    map[string]*node // by address
	packets  wire.Trace
	stations []*station
	made     map[*list.File][]byte
}

// bytes is a list or signed file, signed once.
func (w *world) bytes(f *list.File) []byte {
	b := w.made[f]
	if b == nil {
		b = f.Bytes()
		w.made[f] = b
	}
	return b
}

// node finds a server by name.
func (w *world) node(cluster, name string) (*node, error) {
	c := w.clusters[cluster]
	if c == nil {
		return nil, fmt.Errorf("no cluster %q", cluster)
	}
	for _, n := range c.nodes {
		if n.Name == name || name == "" {
			return n, nil
		}
	}
	return nil, fmt.Errorf("no node %q in cluster %q", name, cluster)
}

// members finds the servers of a group by address.
func (w *world) members(addresses []string) (out []*node, err error) {
	for _, a := range addresses {
		n := w.nodes[a]
		if n == nil {
			return nil, fmt.Errorf("no server %q", a)
		}
		out = append(out, n)
	}
	return out, nil
}

// blocked finds what stands before a port at a time.
func (w *world) blocked(address string, port uint16, at time.Time) *Block {
	for i, b := range w.plan.Blocks {
		if b.Address == address && b.Port == port && !at.Before(b.From) && (b.Until.IsZero() || at.Before(b.Until)) {
			return &w.plan.Blocks[i]
		}
	}
	if s, ok := listens[port]; ok && w.nodes[address] != nil && w.nodes[address].Runs&s == 0 {
		return &Block{Address: address, Port: port, Reset: true}
	}
	return nil
}

// listens tells which service answers at a port; a node that does not run it
// answers with RST.
var listens = map[uint16]Service{tvsPort: TVS, capfPort: CAPF, webPort: Tomcat, 2000: CallManager, 2443: CallManager, 5060: CallManager, 5061: CallManager}

// Play plays the plan. The error is about a plan that contradicts itself: a
// phone without a name, a server that is in no cluster.
func (p Plan) Play() (*Story, error) {
	w, s, err := p.play()
	if err != nil {
		return nil, err
	}
	w.render(s)
	return s, nil
}

// play lets everything happen; nothing is written yet.
func (p *Plan) play() (*world, *Story, error) {
	w := &world{plan: p, clusters: map[string]*cluster{}, nodes: map[string]*node{}, made: map[*list.File][]byte{}}
	for _, c := range p.Clusters {
		k := &cluster{Cluster: c, lists: map[string]*list.File{}}
		if len(c.Nodes) == 0 || w.clusters[c.Name] != nil {
			return nil, nil, fmt.Errorf("play: cluster %q: no nodes, or twice", c.Name)
		}
		for _, n := range c.Nodes {
			m := &node{Node: n, cluster: k, traces: map[string]*trace{}, host: wire.NewHost(n.Name, n.Address, routerMAC, 62, 5840)}
			if w.nodes[n.Address] != nil {
				return nil, nil, fmt.Errorf("play: two servers with the address %s", n.Address)
			}
			w.nodes[n.Address] = m
			k.nodes = append(k.nodes, m)
		}
		w.clusters[c.Name] = k
	}
	s := &Story{Name: p.Name, Files: map[string][]byte{}, Truth: map[string]*Truth{}, kinds: map[string]fileKind{}}
	for i := range p.Phones {
		st, err := newStation(w, &p.Phones[i], i)
		if err != nil {
			return nil, nil, err
		}
		if s.Truth[st.plan.Name] != nil {
			return nil, nil, fmt.Errorf("play: two phones %s", st.plan.Name)
		}
		events := append([]Event{}, st.plan.Events...)
		sort.SliceStable(events, func(a, b int) bool { return events[a].At.Before(events[b].At) })
		for k, e := range events {
			if w.nodes[e.Address] == nil && (e.Address != "" || e.Kind == Directory) {
				return nil, nil, fmt.Errorf("play: phone %s: no server %q", st.plan.Name, e.Address)
			}
			if e.Foreign != "" && w.clusters[e.Foreign] == nil {
				return nil, nil, fmt.Errorf("play: phone %s: no cluster %q", st.plan.Name, e.Foreign)
			}
			until := p.End
			if k+1 < len(events) {
				until = events[k+1].At.Add(-5 * time.Second)
			}
			st.play(e, until)
		}
		st.truth.After, st.truth.Ways, st.truth.CTLWays = st.lists(), st.ways(newITL), st.ways(newCTL)
		s.Truth[st.plan.Name] = st.truth
		w.stations = append(w.stations, st)
	}
	return w, s, nil
}
