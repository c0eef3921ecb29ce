package clients

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestWebhooksTellOfAChannelAndItsMembers(t *testing.T) {
	s, _ := join(t, "presence-go-hooked", "ada")
	hooks.told(t, "channel_occupied", "presence-go-hooked")
	equal(t, hooks.told(t, "member_added", "presence-go-hooked").UserID, "ada")
	s.unsubscribe("presence-go-hooked")
	equal(t, hooks.told(t, "member_removed", "presence-go-hooked").UserID, "ada")
	hooks.told(t, "channel_vacated", "presence-go-hooked")
}

func TestAWebhookTellsOfAClientEventAndItsSender(t *testing.T) {
	s, _ := join(t, "presence-go-typing", "ada")
	s.send(frame{Event: "client-typing", Channel: "presence-go-typing", Data: map[string]bool{"fast": true}})
	event := hooks.told(t, "client_event", "presence-go-typing")
	equal(t, event.Event, "client-typing")
	equal(t, event.UserID, "ada")
	equal(t, event.SocketID, s.id)
	equal(t, event.Data, `{"fast":true}`)
}

func TestTheLibraryDecryptsAClientEventOfAnEncryptedChannel(t *testing.T) {
	const channel = "private-encrypted-go-typing"
	reader := subscribe(t, channel)
	must(t, library.Trigger(channel, "posted", "sealed by the tenant"))
	var sealed map[string]string
	must(t, json.Unmarshal([]byte(reader.next("posted").text()), &sealed))
	reader.send(frame{Event: "client-typing", Channel: channel, Data: sealed})
	equal(t, hooks.told(t, "client_event", channel).Data, "sealed by the tenant")
}

// Go runs tests by file and in their order, so this is the last. The library decrypts the data of every
// event of an encrypted channel, also where there is none; it refuses those.
func TestWhateverElseWasDeliveredIsValid(t *testing.T) {
	for {
		select {
		case err := <-hooks.invalid:
			if !strings.Contains(err.Error(), "Failed to decrypt event") {
				t.Fatal(err)
			}
		default:
			return
		}
	}
}
