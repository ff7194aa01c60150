package tvstrace

import "testing"

func TestCatalogue(t *testing.T) {
	for _, err := range book.Check() {
		t.Error(err)
	}
}
