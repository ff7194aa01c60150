package phonelog

import "testing"

func TestCatalogues(t *testing.T) {
	for _, err := range append(catalogues.console.Check(), catalogues.status.Check()...) {
		t.Error(err)
	}
}
