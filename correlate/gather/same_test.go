package gather

import (
	"fmt"
	"reflect"
	"testing"

	"trustline/correlate/evidence"
)

// What a file gave is told of each sight, in the same order, whether it is
// decoded or remembered.
func TestSameContent(t *testing.T) {
	d := newDecoder(Options{})
	var s sameContent
	decoded := 0
	see := func(sha string, frame int, ids ...string) string {
		at := evidence.Place{Input: "a.pcap", Frame: frame}
		if id, ok := s.again(d, sha, at); ok {
			return id
		}
		return s.first(d, sha, func() (string, bool) {
			decoded++
			for _, id := range ids {
				d.object(evidence.Object{Object: "certificate", ID: id, Places: []evidence.Place{at}})
			}
			return d.object(evidence.Object{Object: "list", ID: sha, Places: []evidence.Place{at}}), sha != "odd"
		})
	}
	for i := range 3 {
		see("l1", 10*i+1, "c1", "c2", "c1") // one certificate in two records
		see("l2", 10*i+2, "c2")
		see("odd", 10*i+3)
	}
	if decoded != 2+3 {
		t.Errorf("decoded %d times, want each list once and the odd one each time", decoded)
	}
	got := map[string][]int{}
	for _, o := range d.b.Objects {
		for _, p := range o.Places {
			got[o.ID] = append(got[o.ID], p.Frame)
		}
	}
	want := map[string][]int{"l1": {1, 11, 21}, "l2": {2, 12, 22}, "odd": {3, 13, 23},
		"c1": {1, 1, 11, 11, 21, 21}, "c2": {1, 2, 11, 12, 21, 22}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("places %v, want %v", got, want)
	}
}

// Files that are all different are not remembered without end, neither many
// nor ones that name many objects.
func TestSameContentBounds(t *testing.T) {
	for _, each := range []int{0, 100, maxSights + 1} {
		d := newDecoder(Options{})
		d.b.Objects = make([]evidence.Object, 1)
		var s sameContent
		files := 3 * maxSame
		if each > 100 {
			files = 3
		}
		most := 0
		for i := range files {
			s.first(d, fmt.Sprint(i), func() (string, bool) {
				for range each {
					d.sighted(0)
				}
				return "", true
			})
			n := 0
			if each == 100 && i%997 == 0 || i == files-1 {
				for _, x := range s.seen {
					n += len(x.objects)
				}
				if n != s.sights {
					t.Fatalf("counts %d sights and holds %d", s.sights, n)
				}
			}
			most = max(most, s.sights)
			if len(s.seen) > maxSame {
				t.Fatalf("remembers %d files", len(s.seen))
			}
		}
		if most > maxSights {
			t.Errorf("remembers %d sights of files of %d", most, each)
		}
	}
}
