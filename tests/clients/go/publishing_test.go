package clients

import (
	"strings"
	"testing"

	"github.com/pusher/pusher-http-go/v5"
)

func TestAnEventArrivesAsItWasSent(t *testing.T) {
	reader := subscribe(t, "go-news")
	must(t, library.Trigger("go-news", "posted", map[string]string{"text": "Ding dong – 🔔"}))
	event := reader.next("posted")
	equal(t, event.Channel, "go-news")
	equal(t, event.text(), `{"text":"Ding dong – 🔔"}`)
}

func TestOneRequestPublishesToManyChannels(t *testing.T) {
	reader := subscribe(t, "go-many-1")
	reader.subscribe("private-go-many-2")
	must(t, library.TriggerMulti([]string{"go-many-1", "private-go-many-2"}, "posted", "to all"))
	equal(t, reader.next("posted").text(), "to all")
	equal(t, reader.next("posted").text(), "to all")
}

func TestTheNamedSocketIsLeftOut(t *testing.T) {
	author, reader := subscribe(t, "go-echo"), subscribe(t, "go-echo")
	_, err := library.TriggerWithParams("go-echo", "written", "by author", pusher.TriggerParams{SocketID: &author.id})
	must(t, err)
	must(t, library.Trigger("go-echo", "fence", ""))
	reader.next("written")
	author.next("fence")
}

func TestABatchKeepsItsOrder(t *testing.T) {
	reader := subscribe(t, "go-batch")
	batch := []pusher.Event{
		{Channel: "go-batch", Name: "first", Data: 1},
		{Channel: "go-elsewhere", Name: "ignored", Data: "x"},
		{Channel: "go-batch", Name: "second", Data: "2", SocketID: ptr("1.1")},
	}
	_, err := library.TriggerBatch(batch)
	must(t, err)
	equal(t, reader.next("first").text(), "1")
	equal(t, reader.next("second").text(), "2")
}

func TestAPublisherIsToldHowManyListen(t *testing.T) {
	subscribe(t, "go-informed")
	join(t, "presence-go-informed", "ada")
	join(t, "presence-go-informed", "ada")
	params := pusher.TriggerParams{Info: ptr("user_count,subscription_count")}
	channels := []string{"go-informed", "presence-go-informed"}
	list, err := library.TriggerMultiWithParams(channels, "posted", "x", params)
	must(t, err)
	public, presence := list.Channels["go-informed"], list.Channels["presence-go-informed"]
	if public.UserCount != nil {
		t.Fatal("a public channel has no users")
	}
	equal(t, *public.SubscriptionCount, 1)
	equal(t, *presence.UserCount, 1)
	equal(t, *presence.SubscriptionCount, 2)
}

func TestABatchIsToldHowManyListenInItsOrder(t *testing.T) {
	join(t, "presence-go-informed-batch", "ada")
	list, err := library.TriggerBatch([]pusher.Event{
		{Channel: "go-nobody", Name: "posted", Data: "x"},
		{Channel: "presence-go-informed-batch", Name: "posted", Data: "x", Info: ptr("user_count")},
	})
	must(t, err)
	equal(t, len(list.Batch), 2)
	equal(t, list.Batch[0].UserCount, nil)
	equal(t, *list.Batch[1].UserCount, 1)
}

func TestAnotherSecretIsRefused(t *testing.T) {
	err := client("guessed").Trigger("go-news", "posted", "x")
	if err == nil || !strings.Contains(err.Error(), "401") {
		t.Fatalf("it was not refused: %v", err)
	}
}
