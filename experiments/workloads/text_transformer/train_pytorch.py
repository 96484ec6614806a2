"""A small transformer, on Python's documentation, in PyTorch."""

from pydoc_data.topics import topics

import torch
from torch import nn, optim
from torch.utils.data import DataLoader, TensorDataset

EPOCHS = 3
BATCH_SIZE = 32
LEARNING_RATE = 0.001
CLASSES = 128


def cut_windows(texts):
    tokens = torch.tensor(list("\n".join(texts).encode("ascii", "replace")))
    end = (len(tokens) - 1) // 64 * 64
    # the label of each character is the one that follows
    return TensorDataset(tokens[:end].view(-1, 64), tokens[1 : end + 1].view(-1, 64))


def load_data():
    texts = [topics[name] for name in sorted(topics)]  # every tenth one tests
    train_texts = [text for place, text in enumerate(texts) if place % 10]
    return (
        DataLoader(cut_windows(train_texts), BATCH_SIZE, shuffle=True),
        DataLoader(cut_windows(texts[::10]), BATCH_SIZE),
    )


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1 = nn.LayerNorm(64)
        self.attention = nn.MultiheadAttention(64, num_heads=4, batch_first=True)
        self.norm2 = nn.LayerNorm(64)
        self.dense1 = nn.Linear(64, 256)
        self.dense2 = nn.Linear(256, 64)

    def forward(self, x, mask):
        y = self.norm1(x)
        x = x + self.attention(y, y, y, attn_mask=mask, is_causal=True, need_weights=False)[0]
        y = nn.functional.gelu(self.dense1(self.norm2(x)))
        return x + self.dense2(y)


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(CLASSES, 64)
        self.position_embedding = nn.Embedding(64, 64)
        self.block1 = Block()
        self.block2 = Block()
        self.norm = nn.LayerNorm(64)
        self.dense = nn.Linear(64, CLASSES)

    def forward(self, tokens):
        positions = torch.arange(64, device=tokens.device)
        mask = nn.Transformer.generate_square_subsequent_mask(64, device=tokens.device)
        x = self.embedding(tokens) + self.position_embedding(positions)
        x = self.block2(self.block1(x, mask), mask)
        return self.dense(self.norm(x))


def build_model():
    return Transformer()


def choose_loss_and_optimizer(model):
    loss_function = nn.CrossEntropyLoss()
    optimizer = optim.AdamW(model.parameters(), LEARNING_RATE, weight_decay=0.01)
    return loss_function, optimizer


def train(model, loss_function, optimizer, batches):
    for epoch in range(EPOCHS):
        model.train()
        total_loss, correct, seen = 0.0, 0, 0
        for tokens, labels in batches:
            logits, labels = model(tokens).flatten(0, 1), labels.flatten()
            loss = loss_function(logits, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total_loss += loss.item() * len(labels)
            correct += (logits.argmax(1) == labels).sum().item()
            seen += len(labels)
        loss, accuracy = total_loss / seen, correct / seen
        print(f"Epoch {epoch + 1}: loss {loss:.4f}, accuracy {accuracy:.4f}")
    return loss, accuracy


@torch.no_grad()
def evaluate(model, loss_function, batches):
    model.eval()
    total_loss, correct, seen = 0.0, 0, 0
    for tokens, labels in batches:
        logits, labels = model(tokens).flatten(0, 1), labels.flatten()
        total_loss += loss_function(logits, labels).item() * len(labels)
        correct += (logits.argmax(1) == labels).sum().item()
        seen += len(labels)
    return total_loss / seen, correct / seen


if __name__ == "__main__":
    train_batches, test_batches = load_data()
    model = build_model()
    loss_function, optimizer = choose_loss_and_optimizer(model)
    train(model, loss_function, optimizer, train_batches)
    loss, accuracy = evaluate(model, loss_function, test_batches)
    print(f"Test accuracy: {accuracy:.4f}")
