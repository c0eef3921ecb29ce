package clients

import (
	"encoding/json"
	"testing"
)

func signIn(t *testing.T, id string) *socket {
	t.Helper()
	s := connect(t)
	answer, err := library.AuthenticateUser(form(s.id, ""), map[string]any{"id": id})
	must(t, err)
	s.send(map[string]any{"event": "pusher:signin", "data": json.RawMessage(answer)})
	var confirmed struct {
		UserData string `json:"user_data"`
	}
	must(t, json.Unmarshal([]byte(s.next("pusher:signin_success").text()), &confirmed))
	equal(t, confirmed.UserData, `{"id":"`+id+`"}`)
	return s
}

func TestAnEventToAUserReachesEachOfTheirConnections(t *testing.T) {
	phone, laptop, other := signIn(t, "go-ada"), signIn(t, "go-ada"), signIn(t, "go-bob")
	must(t, library.SendToUser("go-ada", "invoiced", map[string]int{"total": 9}))
	must(t, library.SendToUser("go-bob", "fence", ""))
	for _, s := range []*socket{phone, laptop} {
		event := s.next("invoiced")
		equal(t, event.Channel, "#server-to-user-go-ada")
		equal(t, event.text(), `{"total":9}`)
	}
	other.next("fence")
}
