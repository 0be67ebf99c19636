/** One post of the demo's community, with the ids of its author and of those who like it. */
export interface DemoPost {
  author: string
  body: string
  minutesAgo: number
  replies?: DemoPost[]
  likes?: string[]
}

type Reply = [who: string, body: string]
type Row = [who: string, body: string, ...replies: Reply[]]

// Oldest first.
const rows: Row[] = [
  ['ada', 'Good morning. Kettle on, window open, first frost on the roofs across the street.', ['noor', 'Same here. I had to scrape the bike saddle.']],
  ['tomas', 'Dnes jsem poprvé upekl chleba, který nevypadá jako cihla. Kvásek se jmenuje Bohumil.', ['zoe', 'Bohumil is a great name for a sourdough. Photo when it rises!'], ['tomas', '@zoe he rises at six, long before I do.']],
  ['kwame', 'If you only fix one thing in your house this year, fix the thing you touch every day. I finally replaced the kitchen door handle and it feels like a new flat.', ['mira', 'I have a tap like that. You have shamed me into it.']],
  ['haruka', '朝の散歩で金木犀の香りがした。秋が来たなあ。'],
  ['lucia', 'Busco recomendaciones de novelas cortas, de esas que se leen en una tarde y se quedan un mes.', ['eleni', '«Pedro Páramo», if you have not yet. I finished it and started again on the same day.'], ['lucia', 'Lo tengo en la estantería desde hace años. Esta tarde, entonces.']],
  ['ben', 'New here. I repair bicycles and grow too many tomatoes. Hello, everyone.', ['ada', 'Welcome, Ben. There is no such thing as too many tomatoes.'], ['sam', 'Hello! What do you do with the green ones that never turn?'], ['ben', '@sam_o chutney. So much chutney.']],
  ['zoe', 'The heron is back at the canal. It stands on the same pole as last year and ignores everybody, as is right.'],
  ['omar', 'قهوة الصباح مع هيل، وكتاب قديم وجدته في سوق الجمعة. لا أحتاج إلى أكثر من هذا.'],
  ['priya', 'Small joy: the train was early and so was I.'],
  ['theodora', 'To the person who returned my umbrella to the library desk with a note that said "it looked lonely": thank you. I have pinned the note above my desk.', ['mira', 'This has made my whole week.']],
  ['sam', 'Watched the neighbours teach their kid to ride a bike for two hours. He got it just as the street lights came on. All the balconies clapped.', ['joao', 'I remember the exact bit of pavement where it happened to me.'], ['priya', 'All the balconies!']],
  ['joao', 'Fiz caldo verde para dez e vieram quatro. Alguém quer sopa?', ['lucia', 'Llego en veinte minutos.']],
  ['minjun', '오늘 도서관에서 책 반납하다가 십 년 전 내가 쓴 메모를 발견했다. 필체는 그대로네.'],
  ['mira', 'Does anyone else keep a list of words they like just for the sound? Today: "lintel".', ['theodora', 'Dusk. Thimble. Verandah.'], ['yusuf', 'Yakamoz, the shine of the moon on water. One word!'], ['mira', '@yusuf that goes straight to the top.']],
  ['ingrid', 'First ski wax of the season, on the kitchen table, against all the house rules.'],
  ['fern', 'I mostly read here. But the sunset tonight was the colour of a peach, and somebody should say so.', ['haruka', 'Thank you for saying so.']],
  ['noor', 'The community garden has four free beds for the winter. Garlic and broad beans can still go in. Tell me if you want one, no experience needed.', ['kwame', 'One for me, please. I have the garlic already.'], ['noor', 'Bed three is yours. The tools are in the green shed.']],
  ['yusuf', 'Ran ten kilometres for the first time since spring. My knees have sent a letter.'],
  ['eleni', 'Η θάλασσα σήμερα ήταν λάδι. Μπήκα μέσα και τον Νοέμβριο, για να λέω ότι το έκανα.', ['ingrid', 'Respect. How cold?'], ['eleni', '18 degrees. I know, I know, that is summer for you.']],
  ['katya', 'Перший сніг! Сусідський кіт вийшов, подумав і повернувся додому.'],
  ['anh', 'Hôm nay trời se lạnh, hợp với một bát phở nóng ở góc phố.', ['tomas', 'I can almost smell it from here.']],
  ['tala', 'Hi, I am Tala. I draw maps of places that are too small to be on maps: stairwells, bus stops, one very good bench.', ['ada', 'Where is the very good bench?'], ['tala', 'South side of the mill pond. You get the last sun of the day.'], ['zoe', 'I know it! Someone carved a tiny owl underneath.']],
  ['kwame', 'Taught my mother to use video calls. She now rings to show me what is for dinner. I regret nothing.'],
  ['ada', 'A reminder that the repair café is this Saturday from ten. Bring what is broken: lamps, toasters, zips, chairs. We cannot do hearts, but there is cake.', ['ben', 'I will bring the bike stand.'], ['lucia', 'Yo llevo la máquina de coser.'], ['minjun', 'My radio and I will be first in line.']],
  ['haruka', '味噌汁に柚子をひとかけ。それだけで台所が冬になる。'],
  ['theodora', 'I have read that a group of larks is called an exaltation, and that nobody ever needed the word, and that somebody made it all the same.'],
  ['ben', 'Customer today, aged seven, wanted a bell that is "loud but polite". We tried eleven bells. We found it.', ['fern', 'Loud but polite. A motto.'], ['kwame', 'What did the winner sound like?'], ['ben', 'Ting. With a very short g.']],
  ['priya', 'आज माँ की रेसिपी से पहली बार गाजर का हलवा बनाया। रसोई में पूरा बचपन महक उठा।', ['anh', 'Would you share the recipe?'], ['priya', '@anh patience, full-fat milk, and more ghee than you dare.']],
  ['joao', 'Question for people who keep houseplants alive: how?'],
  ['ingrid', 'Answer to the question of the day: water them when the soil is dry, not when you feel guilty.', ['joao', 'I feel seen.']],
  ['omar', 'من أجمل ما قرأت اليوم: «الطريق يصنعه المشي».', ['lucia', 'Machado! «Se hace camino al andar».']],
  ['zoe', 'Cycled home with a floor lamp. Three people said "bright idea". All three were right.'],
  ['sam', 'Lost a chess game to a man on a train who never looked up from his crossword.'],
  ['mira', 'My grandmother kept buttons in a biscuit tin, sorted by the coat they came from. I opened it today and could name nearly all the coats.', ['eleni', 'Mine did the same, and there were never biscuits in any tin.'], ['fern', 'This is a poem already.']],
  ['katya', 'Шукаю компанію для походу в неділю: 14 км, ліс, озеро, чай у термосі. Темп розмовний.', ['tomas', 'I am in. I can bring poppy seed cake.'], ['katya', 'Тоді вирішено: виходимо о дев\'ятій.']],
  ['yusuf', 'Learned today that the small hole in a pen cap is there so that one can still breathe with it in one\'s throat. Somebody thought of that.'],
  ['minjun', 'The radio works again! It was one loose wire and a very patient volunteer. Thank you, repair café.', ['ada', 'Eleven things mended, two given up on, no cake left. A good day.']],
  ['lucia', 'He terminado «Pedro Páramo». Tenías razón, @eleni. He vuelto a la primera página.'],
  ['noor', 'Garlic is in. Fifteen metres of it. Come summer, nobody will dare to come near us.'],
  ['kwame', 'Found this while looking for something else: a list of lighthouses by country. There goes my evening. https://en.wikipedia.org/wiki/Lists_of_lighthouses', ['ingrid', 'We used to spend summers next to one of these. The keeper grew enormous cabbages.'], ['kwame', 'Please tell me everything about the cabbages.']],
  ['ada', 'Sunday plan: soup, the long book, no plan.'],
  ['tomas', 'Procházka dopadla výborně. Jezero zamrzlé u břehů, čaj horký, nohy bolavé.', ['katya', 'І маковий пиріг був найкращий!']],
  ['tala', 'Drew the stairwell of my building today. 64 steps, three doormats with jokes on them, one bicycle that has not moved since I came.', ['mira', 'I would hang that on my wall.']],
  ['noa', 'שלום לכולם. הגעתי לכאן אחרי שחברה סיפרה לי על הגינה הקהילתית.', ['noor', 'Welcome! There is one bed left, and it has your name on it if you want it.'], ['noa', 'Yes please. I have always wanted to grow artichokes.']],
  ['fern', 'It rained so evenly tonight that I forgot it was raining until it stopped.'],
  ['theodora', 'My name does not fit on any form. Today a clerk looked up and said: "Shall we use the back of the page as well?" I could have hugged her.', ['joao', 'How much of it usually fits?'], ['theodora', 'I am "Maximiliana-Theod" to the tax office.']],
  ['zoe', 'Is there a word for the tiredness after a day outdoors? It deserves a better word than tired.', ['minjun', '나른하다 comes close: drowsy, warm, content.'], ['ingrid', 'In Norwegian, "deilig sliten": deliciously worn out.'], ['zoe', 'Deliciously worn out. That is the one.']],
  ['anh', 'Mẹ gửi cho tôi một thùng quýt. Cả tầng nhà giờ thơm mùi Tết sớm.'],
  ['ben', 'Tomato count for the year: 214. Chutney count: I would rather not say.', ['sam', 'I can confirm that it is excellent chutney.']],
  ['priya', 'Explained time zones to my niece with an orange and a torch. She now believes that Australia is inside the orange.'],
  ['omar', 'بدأت أتعلم العزف على العود من جديد بعد عشر سنوات. أصابعي تتذكر أكثر مما أتذكر أنا.', ['yusuf', 'Hands have their own memory. Please play for us one day.']],
  ['ada', 'Anyone with a ladder longer than four metres? There is a kite in the lime tree and a very serious six-year-old waiting below it.', ['kwame', 'Five metres, in my shed. I can be there in half an hour.'], ['ada', 'Kite rescued. @kwame was given a drawing of himself as a giraffe.']],
  ['ingrid', 'Minus nine, no wind, stars like salt.'],
  ['haruka', '図書館の窓際の席、冬の午後だけ日が差す。今日は独り占め。'],
  ['yusuf', 'Simit, peynir, çay. Some breakfasts cannot be improved.', ['eleni', 'A koulouri would like a word.'], ['yusuf', 'They are cousins, and they get along.']],
  ['mira', 'I replaced the tap, @kwame. You were right. I keep turning it on just to turn it on.', ['kwame', 'One household at a time.']],
  ['joao', 'The plant has a new leaf. I have told everyone I know. Now I am telling you.', ['ingrid', 'I am proud of you both.']],
  ['lucia', '¿Alguien más escribe cartas a mano? Hoy recibí una de mi tía con una hoja de limonero dentro.', ['theodora', 'I do, and I seal them, like a duchess.']],
  ['tala', 'Asked at the town hall whether the bench has an owner. They checked. It does not exist. I have the map to prove it.', ['zoe', 'The best things are off the books.']],
  ['kwame', 'The giraffe drawing is framed and on the wall. My mother has seen it by video call and wants a copy.'],
  ['katya', 'Вивчаю назви зірок. Поки що знаю сім і щоразу знаходжу лише Вегу.', ['omar', 'كثير من أسمائها عربية: الدبران، الطائر، النسر الواقع.'], ['katya', 'Vega is النسر الواقع! Now I shall not forget it.']],
  ['noor', 'Compost report: steaming. Literally. I warmed my hands over it.'],
  ['fern', 'A stranger on the tram was humming the same song that I had in my head. We did not speak of it.'],
  ['minjun', '첫눈이 오면 만나기로 한 친구에게서 진짜로 연락이 왔다.', ['haruka', '素敵。']],
  ['sam', 'The man with the crossword was on the train again. I lost again. I think I am getting better at losing.', ['ben', 'Does he have a name?'], ['sam', 'He says that names are for people who win.']],
  ['eleni', 'Made avgolemono for the whole floor, since everyone has the same cold. Democracy in a pot.'],
  ['ada', 'If you are new here: say hello, say where the light is good right now, and you are one of us.', ['noa', 'Kitchen table, until about four.'], ['anh', 'Balcony, with two blankets.']],
  ['zoe', 'De reiger heeft vandaag een vis gevangen zo groot als zijn eigen hals. Hij keek alsof het niets was.'],
  ['priya', 'My desk has two good pens and nine pens. It is time.'],
  ['theodora', 'At the flea market: a dictionary of 1911, in which somebody had underlined only kind words. I bought it, of course.', ['mira', 'Please post one a day.'], ['theodora', 'Today\'s is "amity".']],
  ['fatou', 'Bonjour tout le monde ! Je suis Fatou, je couds, je chante dans une chorale et je cherche toujours mes clés.', ['ada', 'Welcome, Fatou! Are they in the other coat?'], ['fatou', 'They were in the other coat.'], ['lucia', '¡Bienvenida! El sábado coso en el café de reparación, ven.']],
  ['tomas', 'Bohumil update: he has a child. Free to a good home, needs feeding once a week. His name is up to you.', ['fatou', 'Me! I will call her Bohumila.'], ['tomas', 'She will be at your door on Thursday, in a jam jar.']],
  ['yusuf', 'Tavla night at ours on Friday. Beginners welcome, sore losers feared, tea without end.', ['omar', 'سأحضر مع طاولتي القديمة.']],
  ['ben', 'Winter tip: a drop of oil in your lock now is worth twenty minutes with a hairdryer in January.', ['joao', 'I have been that person with the hairdryer.']],
  ['ingrid', 'The lake is singing tonight. If you have never heard new ice, it sounds like a film about space. https://en.wikipedia.org/wiki/Singing_ice', ['fern', 'I listened to a recording for an hour. Thank you.']],
  ['noa', 'שתלתי ארטישוק. עכשיו מחכים. כמה זמן מחכים?', ['noor', 'Until next summer. But it will be worth it.']],
  ['mira', 'Today\'s word: "gloaming".', ['theodora', 'Found underlined on page 402, so it must be a kind one.']],
  ['haruka', '友だちに教わった編み方で、やっと手袋が片方できた。もう片方はいつになることやら。'],
  ['kwame', 'Lighthouse of the day has a spiral stair of 365 steps and a keeper who, they say, named each one after a day of the year. He lived on the second of May.', ['tala', 'I need to draw this.'], ['kwame', 'Somehow I knew that you would say that.']],
  ['joao', 'Domingo: sardinhas, vinho verde, e o vizinho do terceiro a tocar acordeão até às dez em ponto. Um relógio.'],
  ['anh', 'My grandfather says that you can tell the weather by how the tea tastes. It was slightly smoky, and now it snows.'],
  ['katya', 'Вісім зірок. Альтаїр теж мій.', ['omar', 'مبروك!']],
  ['ada', 'The six-year-old has a new kite. It has a handle on it that says "for giraffe". @kwame, I think you are on call now.', ['kwame', 'The ladder is by the door.']],
  ['lucia', 'Fatou ha arreglado mi abrigo y de paso me ha enseñado una canción. Ahora la canto en el autobús, muy bajito.', ['fatou', 'Plus fort la prochaine fois !']],
  ['omar', 'قال لي بائع الكتب: «هذا الكتاب انتظرك». فاشتريته طبعًا.'],
  ['sam', 'I drew. Against the crossword man. A draw! He shook my hand and said: "Arthur."', ['ben', 'ARTHUR!'], ['priya', 'I have never been so happy about somebody else\'s chess.'], ['sam', 'Nobody on the train understood why I was smiling so much.']],
  ['minjun', 'Cooking for one is an art. Today: one egg, one spring onion, one very good bowl.'],
  ['fern', 'Someone has put a scarf on the stone lion at the bridge. It suits him.', ['zoe', 'He looks less worried.']],
  ['tomas', 'Viděl jsem v lese datla. Vydržel jsem stát čtvrt hodiny bez hnutí. On taky.'],
  ['noor', 'Winter hours for the garden shed: Wednesday and Saturday, ten to noon. There is tea. There is always tea.'],
  ['theodora', 'Underlined today: "gladden". I have decided to use it in a sentence before noon.', ['mira', 'This gladdens me.'], ['theodora', 'And it is only eleven.']],
  ['eleni', 'Έφτιαξα κουραμπιέδες. Η μισή ζάχαρη άχνη είναι πάνω μου.'],
  ['tala', 'Finished: the lighthouse with 365 steps, two metres of paper, one for each day. The second of May is gold.', ['kwame', 'I have no words. Two metres of no words.'], ['ada', 'May we hang it at the repair café for a month?'], ['tala', 'I would love that.']],
  ['yusuf', 'Score of Friday\'s tavla: Ömer Bey 5, everyone else 0. He is ninety-one and he does not let children win either.'],
  ['ingrid', 'Gikk på ski til postkassen. Det er hundre meter. Det teller.', ['katya', 'Звісно, рахується!']],
  ['priya', 'New pens: two. Old pens: zero. I feel like a person with a filing system.', ['joao', 'Where did the nine go?'], ['priya', 'To the school. They were thrilled. All nine work if you believe in them.']],
  ['ben', 'Found out why the blue bike squeaks only on Tuesdays. It is the owner\'s Tuesday shoes.', ['sam', 'Detective of the small things.']],
  ['zoe', 'A whole afternoon of doing one thing. I had forgotten how that feels.'],
  ['fatou', 'Bohumila a doublé de volume ! Premier pain demain. Priez pour nous.', ['tomas', 'Trust her. She knows what she is doing.']],
  ['haruka', 'もう片方の手袋、完成。少し大きいけれど、冬は長い。', ['ingrid', 'A bit too big is exactly right: room for warm air.']],
  ['mira', 'The button tin has a new button in it. It came off my own coat today. I sorted it in.'],
  ['wei', '大家好，我是李伟。刚搬到这边，喜欢做木工，也喜欢听雨。', ['ada', 'Welcome, Wei! The repair café would be very happy about someone who works with wood.'], ['wei', '太好了，周六见。I will bring my own plane and a few clamps.']],
  ['noa', 'הארטישוק הוציא עלה. אחד. חגגנו.', ['joao', 'One leaf is how it starts. I speak from experience.']],
  ['katya', 'Дев\'ять зірок. Я почуваюся капітаном корабля.'],
  ['kwame', 'My mother\'s dinner tonight, as seen by video call: groundnut soup. As tasted by me: nothing, because I am here and it is there. This must be solved.', ['fatou', 'Je fais un mafé dimanche. Viens, et on appelle ta mère.'], ['kwame', 'You have solved it.']],
  ['lucia', 'Hoy toca leer con manta. Libro: el que me prestó @omar_f. Gato: el de la vecina.'],
  ['anh', 'Có ai biết chỗ nào sửa máy ảnh phim không? Chiếc máy của bố tôi kẹt màn trập.', ['minjun', 'Bring it on Saturday. The woman who fixed my radio has very small screwdrivers.']],
  ['sam', 'Arthur has asked me what I am reading. I believe we are friends now.'],
  ['theodora', 'Underlined today: "neighbour". Twice, with a ruler.'],
  ['wei', '今天用旧门板做了一张小凳子，四条腿居然一样长。', ['ben', 'That is the hardest part. Well done!'], ['tala', 'Would it like to stand next to a very good bench?']],
  ['ada', 'The lighthouse hangs. People walk along it slowly, look for their birthday, and then stand there for a while. Thank you, @tala.', ['tala', 'Someone left a pebble on the 14th of August. I am not going to ask.']],
  ['fern', 'The lion still has his scarf. Today he also has a hat.', ['haruka', 'Not me. But I do have wool left over.']],
  ['eleni', 'Αύριο λέει ήλιο. Θα στεγνώσουν επιτέλους τα σεντόνια στην ταράτσα.'],
  ['joao', 'Two new leaves. I have had to move the chair.'],
  ['yusuf', 'Bugün hiçbir şey yapmadım ve çok iyi yaptım.', ['zoe', 'I put that through a translator, and I agree with all of it.']],
  ['ingrid', 'Sun at last, low and gold, for eleven minutes. I stood in every one of them.', ['anh', 'Eleven minutes well spent.']],
  ['fatou', 'Le pain est sorti du four. Il chante en refroidissant. Je vous jure, il chante.', ['tomas', 'That is the crust. It is the best sound there is.'], ['mira', 'Word of the day, then: "crackle".']],
  ['priya', 'Kettle on, window open. Who is here?', ['noor', 'Here.'], ['ada', 'Here, by the kitchen table.'], ['wei', '在。']],
]

const day = 24 * 60
const oldest = 20 * day

// Spread over twenty days, a little denser towards now.
function ageOf(index: number): number {
  return Math.round(oldest * ((rows.length - index - 0.75) / rows.length) ** 1.3)
}

// The same people like the same posts on every run.
function likesOf(index: number, author: string, ids: string[]): string[] {
  const count = (index * 7 + 3) % 11
  const likers = Array.from({ length: count }, (_, step) => ids[(index * 5 + step * 3) % ids.length] ?? author)
  return [...new Set(likers)].filter(id => id !== author)
}

/**
 * The posts of a small community, newest last.
 * @param people everyone's id by key, as `peopleIds` of `local-clerk/seed/people.ts` has them; posts by others are left out
 */
export function demoPosts(people: Readonly<Record<string, string>>): DemoPost[] {
  // Newcomers are last in the list; the first twenty have been there for all of it.
  const likers = Object.values(people).slice(0, 20)

  return rows.flatMap(([who, body, ...replies], index) => {
    const author = people[who]
    if (!author) return []
    const minutesAgo = ageOf(index)
    return [{
      author,
      body,
      minutesAgo,
      likes: likesOf(index, author, likers),
      replies: repliesOf(replies, minutesAgo, index),
    }]
  })

  function repliesOf(replies: Reply[], minutesAgo: number, index: number): DemoPost[] {
    return replies.flatMap(([who, body], place) => {
      const author = people[who]
      if (!author) return []
      // Within the time that is left, so that nobody answers from the future.
      const share = (place + 1) / (replies.length + 1)
      const wait = Math.min(minutesAgo * share, 9 + place * 34 + index % 23)
      return [{ author, body, minutesAgo: Math.round(minutesAgo - wait), likes: likesOf(index + place * 2, author, likers).slice(0, 4) }]
    })
  }
}
