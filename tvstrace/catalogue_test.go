package tvstrace

import (
	"testing"

	"trustline/phonelog/catalogue/cataloguetest"
)

func TestCatalogue(t *testing.T) { cataloguetest.Samples(t, book) }

func TestPerturbed(t *testing.T) {
	// The bare name of the function is printed too, when it begins.
	cataloguetest.Perturb(t, book, map[string]bool{
		"tvs_query_subject > tvs_query_cert_req": true,
		"tvs_query_issuer > tvs_query_cert_req":  true,
		"tvs_query_serial > tvs_query_cert_req":  true,
		"etoken > tvs_query_cert_req":            true,
		"ignore > tvs_query_cert_req":            true,
	})
}
