package io.shoal.metadata.store;

final class InMemoryStateStoreTest extends StateStoreContract {
  @Override
  StateStore open() {
    return new InMemoryStateStore();
  }
}
